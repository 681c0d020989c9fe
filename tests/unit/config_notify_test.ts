/** Whom to tell: the settings, and what is wrong with them. */
import assert from "node:assert/strict";
import { readNotifySettings } from "../../lib/config/notify.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { inFolder } from "../support/folder.ts";

const URL_SET = { FINPIPE_NOTIFY_URL: "https://hooks.example/services/topsecret" };

function read(env: Record<string, string>) {
  return readNotifySettings({ env: (name) => env[name], flags: {} });
}

async function problemOf(env: Record<string, string>): Promise<string> {
  const error = await read(env).then(() => undefined, (error) => error);
  assert.ok(isKind(error, "configuration"), String(error));
  return `${error.message} | ${error.hint}`;
}

Deno.test("nobody is told unless a URL is set", async () => {
  assert.equal(await read({}), undefined);
  assert.equal(await read({ FINPIPE_NOTIFY_URL: "" }), undefined);
});

Deno.test("URL and secret, also from files; a secret in base64 is known by its prefix", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await read(URL_SET), {
      url: new URL(URL_SET.FINPIPE_NOTIFY_URL),
      secret: undefined,
    });
    await Deno.writeTextFile(`${folder}/url`, `${URL_SET.FINPIPE_NOTIFY_URL}\n`);
    await Deno.writeTextFile(`${folder}/secret`, "whsec_c2VjcmV0\n");
    const files = {
      FINPIPE_NOTIFY_URL_FILE: `${folder}/url`,
      FINPIPE_NOTIFY_SECRET_FILE: `${folder}/secret`,
    };
    const secret = new TextEncoder().encode("secret");
    const both = { url: new URL(URL_SET.FINPIPE_NOTIFY_URL), secret };
    assert.deepEqual(await read(files), both);
    assert.deepEqual(await read({ ...URL_SET, FINPIPE_NOTIFY_SECRET: "secret" }), both);
  }));

Deno.test("what is wrong is said without the URL or the secret", async () => {
  const wrong: [env: Record<string, string>, problem: RegExp][] = [
    [{ FINPIPE_NOTIFY_URL: "hooks.example/topsecret" }, /NOTIFY_URL: it is no URL of a webhook/],
    [{ FINPIPE_NOTIFY_URL: "ftp://topsecret" }, /NOTIFY_URL: it is no URL of a webhook/],
    [{ FINPIPE_NOTIFY_SECRET: "topsecret" }, /NOTIFY_SECRET: it is set, and FINPIPE_NOTIFY_URL is/],
    [{ ...URL_SET, FINPIPE_NOTIFY_SECRET: "whsec_top!secret" }, /follows whsec_ is not base64/],
    [{ ...URL_SET, FINPIPE_NOTIFY_URL_FILE: "/absent" }, /FINPIPE_NOTIFY_URL is set too/],
    [{ FINPIPE_NOTIFY_URL_FILE: "/absent/file" }, /there is no file/],
  ];
  for (const [env, problem] of wrong) {
    const text = await problemOf(env);
    assert.match(text, problem);
    assert.doesNotMatch(text, /top!?secret/);
  }
});
