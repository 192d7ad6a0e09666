/** The live settings of a deployment, read and written with wrangler, and what was last read here. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { overrideCheck } from "../../coordinate/overrides.ts";
import { asFailure } from "../../errors.ts";
import { NO_SETTINGS, readLiveSettings } from "../../live/liveSettings.ts";
import { SETTINGS_KEY } from "../../live/settingsCache.ts";
import type { RawConfig } from "../deploy/configuration.ts";
import { CommandFailed, succeed, type Wrangler } from "../deploy/wrangler.ts";

const BINDING = "THUMBS";
/** wrangler's words for a key without a value. */
const NO_VALUE = / - 404: /;

/** What is wrong with a text of live settings, one problem each with its line and column; empty: nothing. */
export function settingsProblems(text: string, regions: readonly string[]): readonly string[] {
  try {
    readLiveSettings(text, overrideCheck(regions));
    return [];
  } catch (error) {
    const detail = asFailure(error).detail ?? String(error);
    return detail.replace(/^live settings: /, "").split(/; (?=line \d|and \d)/);
  }
}

export class SettingsStore {
  readonly #wrangler: Wrangler;
  readonly #namespace: string;
  /** File with the SHA-256 of what was read or written last. */
  readonly #seen: string;

  constructor(wrangler: Wrangler, namespace: string, seen: string) {
    this.#wrangler = wrangler;
    this.#namespace = namespace;
    this.#seen = seen;
  }

  /** The text; null when nothing was ever stored. Remembers it as seen. Throws CommandFailed. */
  async get(): Promise<string | null> {
    const text = await this.#read();
    this.#remember(text);
    return text;
  }

  /**
   * Stores a text, unless what is stored is not what was seen last here: then somebody else has changed it, and this gives
   * false. `force` overwrites. The weather stays as it is stored: it changes by itself, and by `npm run weather`. Throws
   * CommandFailed.
   */
  async put(given: string, force: boolean): Promise<boolean> {
    const before = await this.#read();
    const text = withWeatherOf(before, withoutLastNewlines(given));
    if (!force && before !== text && hashOf(before) !== this.#remembered()) return false;
    if (before !== text) await this.#write(text);
    this.#remember(text);
    return true;
  }

  async #read(): Promise<string | null> {
    const args = ["kv", "key", "get", SETTINGS_KEY, "--namespace-id", this.#namespace, "--remote", "--text"];
    const ran = await this.#wrangler.read(args);
    // wrangler ends what it prints with a newline.
    if (ran.ok) return withoutLastNewlines(ran.out);
    if (NO_VALUE.test(ran.text)) return null;
    throw new CommandFailed(args, ran);
  }

  async #write(text: string): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "firstlight-settings-"));
    try {
      const file = join(folder, "settings.json");
      writeFileSync(file, text);
      const args = ["kv", "key", "put", SETTINGS_KEY, "--namespace-id", this.#namespace, "--remote", "--path", file];
      await succeed(this.#wrangler.write(args), args);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #remember(text: string | null): void {
    mkdirSync(dirname(this.#seen), { recursive: true });
    writeFileSync(this.#seen, hashOf(text));
  }

  /** Before the first read, nothing was seen: as if nothing were stored. */
  #remembered(): string {
    return existsSync(this.#seen) ? readFileSync(this.#seen, "utf8") : hashOf(null);
  }
}

/** The id of the namespace with the settings: that of `wrangler.toml`, or the one that `npm run deploy` made. */
export async function settingsNamespace(raw: RawConfig, wrangler: Wrangler): Promise<string> {
  const id = raw.kv_namespaces?.find(({ binding }) => binding === BINDING)?.id;
  if (id !== undefined) return id;
  const list = ["kv", "namespace", "list"];
  const { out } = await succeed(wrangler.read(list), list);
  const title = `${raw.name}-${BINDING}`;
  const found = (JSON.parse(out) as readonly { readonly id: string; readonly title: string }[]).find(
    (one) => one.title === title,
  );
  if (found === undefined) throw new Error(`The account has no KV namespace ${title}: npm run deploy makes it`);
  return found.id;
}

/** JSON is the same without them, and texts can be compared. */
function withoutLastNewlines(text: string): string {
  return text.replace(/[\r\n]+$/, "");
}

/** Of the settings without weather, however they are written; of the text itself when it cannot be read. */
function hashOf(text: string | null): string {
  let settings = text ?? "{}";
  try {
    settings = JSON.stringify({ ...readLiveSettings(text), weather: NO_SETTINGS.weather });
  } catch {
    // A text with a mistake is not the same as any other one.
  }
  return createHash("sha256").update(settings).digest("hex");
}

/** The text with the weather of `stored`. As it is where nothing is stored, or one of them is no JSON object. */
function withWeatherOf(stored: string | null, text: string): string {
  try {
    const { weather } = JSON.parse(stored ?? "{}") as { readonly weather?: unknown };
    const given = JSON.parse(text) as { readonly weather?: unknown };
    if (weather === undefined || JSON.stringify(weather) === JSON.stringify(given.weather)) return text;
    return JSON.stringify({ ...given, weather });
  } catch {
    return text;
  }
}
