/** The test at the end of a deployment: the doctor's checks, once the address answers. */
import { examine } from "../doctor/examine.ts";
import { findingLine } from "../doctor/finding.ts";
import { readSecrets } from "../doctor/secrets.ts";
import { DEFAULT_PICTURE } from "../doctor/tiers.ts";

const TRIES = 12;
const PAUSE_MS = 5_000;

/** `env` has the keys and secrets. A new domain's certificate takes a minute or more. Gives whether all is well. */
export async function selfTest(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
  pause: (ms: number) => Promise<void>,
): Promise<boolean> {
  say(`The test of ${url}:`);
  for (let tries = 1; !(await isReachable(url)); tries++) {
    if (tries === TRIES) {
      say(`${url} does not answer yet. A new domain can take some minutes. Then: npm run doctor -- ${url}`);
      return false;
    }
    await pause(PAUSE_MS);
  }
  const patient = { url, fetch, ...readSecrets(env), now: Date.now };
  return examine({ patient, picture: env.FIRSTLIGHT_TEST_PICTURE ?? DEFAULT_PICTURE, pause }, (finding) =>
    say(findingLine(finding)),
  );
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/healthz`, { redirect: "manual" })).text();
    return true;
  } catch {
    return false;
  }
}
