import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { exampleOf } from "../support/exampleOf.ts";
import { env, installPacked } from "../support/packed.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "firstlight-consumer-"));
const bin = join(top, "node_modules/.bin");

/** Installs the packed package in an empty project, offline: it must not need anything else. */
beforeAll(() => installPacked(project), 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (file: string, text: string): string => {
  writeFileSync(join(project, file), text);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: "utf8", timeout: 60_000 });
};

describe("npm pack, in an empty project", { timeout: 120_000 }, () => {
  test("the package has the clients, and nothing of the Worker, the warmer or the tests", () => {
    const files = readdirSync(join(project, "node_modules/firstlight"), { recursive: true, withFileTypes: true });
    const names = files.filter((entry) => entry.isFile()).map((entry) => entry.name);
    expect(names).toEqual(
      expect.arrayContaining([
        "hint.js",
        "hint.d.ts",
        "url.js",
        "url.d.ts",
        "client.js",
        "client.d.ts",
        "experiment.js",
        "experiment.d.ts",
        "package.json",
      ]),
    );
    expect(
      names.filter(
        (name) => !/^(hint|url|client|experiment)\.(js|d\.ts)$|^(package\.json|README\.md|LICENSE)$/.test(name),
      ),
    ).toEqual([]);
  });

  test("the package installs nothing else", () => {
    const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
    expect(installed).toEqual(["firstlight"]);
  });

  test("firstlight/hint sends a hint", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const arrived = once(socket, "message");
    run(
      "hint.js",
      `import { createHinter } from "firstlight/hint";
       const hinter = createHinter({ address: "127.0.0.1:${socket.address().port}" });
       hinter.hint({ paths: ["/a"], country: "ES" });
       await hinter.close();`,
    );
    const [bytes] = (await arrived) as [Buffer];
    expect(JSON.parse(bytes.toString())).toMatchObject({ v: 1, p: "/a", c: "ES" });
    socket.close();
  });

  test("the server of docs/api-server/hints.md hints the files that its page embeds, one for each picture of a known screen", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const example = exampleOf("docs/api-server/hints.md", "server");
    writeFileSync(join(project, "server.js"), example.replace("process.env.PORT ?? 3000", '"server.sock"'));
    const server = spawn(process.execPath, ["server.js"], {
      cwd: project,
      env: { ...env, SIGNING_KEYS: "ab", SIGNING_SALTS: "cd", WARMER: `127.0.0.1:${socket.address().port}` },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const load = async (cookie: string): Promise<{ page: string; paths: string[] }> => {
      const arrived = once(socket, "message");
      const asked = request({ socketPath: join(project, "server.sock"), headers: { cookie, accept: "image/webp" } });
      const [answer] = (await once(asked.end(), "response")) as [IncomingMessage];
      const page = (await answer.toArray()).join("");
      const [bytes] = (await arrived) as [Buffer];
      const hint = JSON.parse(bytes.toString());
      expect(hint).toMatchObject({ f: "webp", c: "US" });
      return { page, paths: [hint.p].flat() };
    };
    try {
      await vi.waitFor(() => expect(readdirSync(project)).toContain("server.sock"), 20_000);
      const known = await load("a=b; screen=1280x2");
      expect(known.paths.map((path) => /\/w:(\d+)\//.exec(path)?.[1])).toEqual(["640", "640"]);
      const unknown = await load("");
      expect(unknown.paths).toHaveLength(6);
      for (const path of [...known.paths, ...unknown.paths]) {
        expect(known.page).toContain(`https://img.example.org${path} `);
      }
    } finally {
      server.kill();
      socket.close();
    }
  });

  test("a program that only hints ends by itself", () => {
    const started = performance.now();
    run(
      "ends.js",
      `import { createHinter } from "firstlight/hint";
       createHinter({ address: "127.0.0.1:9" }).hint({ paths: ["/a"], country: "ES" });`,
    );
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("firstlight/url builds a URL", () => {
    const out = run(
      "url.js",
      'import * as url from "firstlight/url"; console.log(url.imagePath("https://a.test/b.jpg", { width: 320 }));',
    );
    expect(out.trim()).toBe("/w:320/aHR0cHM6Ly9hLnRlc3QvYi5qcGc");
  });

  test("firstlight/client writes a picture's attributes, unsigned and signed", () => {
    const out = run(
      "client.js",
      `import { createClient, placeholder } from "firstlight/client";
       import { pathSigner } from "firstlight/url";
       const options = { endpoint: "https://img.test", ladder: [320] };
       const { src, srcset, sizes } = createClient(options).img("https://a.test/b.jpg", { width: 320 });
       console.log([src, srcset, sizes].join("|"));
       const sign = pathSigner({ key: "736563726574", salt: "68656c6c6f" });
       console.log(createClient({ ...options, sign }).src("https://a.test/b.jpg", { width: 320 }));
       console.log(placeholder("1QcSHQRnh493V4dIh4eXh1h4kJUI").slice(0, 21));`,
    );
    const path = "/w:320/aHR0cHM6Ly9hLnRlc3QvYi5qcGc";
    const url = `https://img.test/unsafe${path}`;
    expect(out.trim().split("\n")).toEqual([
      `${url}|${url} 320w|(min-width: 320px) 320px, 100vw`,
      expect.stringMatching(new RegExp(`^https://img\\.test/[\\w-]{43}${path}$`)),
      "data:image/bmp;base64",
    ]);
  });

  test("the types compile in a strict project, and a wrong call does not compile", () => {
    const check = (text: string): string => {
      writeFileSync(join(project, "use.ts"), text);
      const flags = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--types",
        "",
        "--ignoreConfig",
      ];
      try {
        return execFileSync(join(bin, "tsc"), [...flags, "use.ts"], { cwd: project, encoding: "utf8" });
      } catch (error) {
        return String((error as { stdout?: string }).stdout);
      }
    };
    const good =
      'import { createHinter } from "firstlight/hint";\ncreateHinter({ address: "h:1" }).hint({ paths: ["/a"], region: "weur" });\n';
    expect(check(good)).toBe("");
    expect(check(good.replace('region: "weur"', "region: 7"))).toContain("use.ts(2,");
    const page =
      'import { createHinter, hintPage } from "firstlight/hint";\n' +
      'createHinter({ address: "h:1" }).hint({ ...hintPage({ pictures: ["/a 1x"], dpr: undefined }), country: "ES" });\n';
    expect(check(page)).toBe("");
    expect(check(page.replace('"/a 1x"', "7"))).toContain("use.ts(2,");
    const client =
      'import { createClient, nextLoader } from "firstlight/client";\nimport { pathSigner } from "firstlight/url";\n' +
      'const c = createClient({ endpoint: "https://a.test", sign: pathSigner({ key: "ab", salt: "cd" }) });\n' +
      'export const attributes: { src: string } = c.img("https://a.test/b.jpg", { width: 320, gravity: { at: "no" } });\n' +
      "export default nextLoader(c);\n";
    expect(check(client)).toBe("");
    expect(check(client.replace("width: 320", 'width: "320"'))).toContain("use.ts(4,");
  });
});
