/**
 * A PNG with a palette, which takes a third of the bytes. Needs pngquant.
 *
 * @throws Error where pngquant fails
 */
export async function fewColours(picture: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command("pngquant", {
    args: ["--speed", "1", "64", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(picture);
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("pngquant failed");
  return stdout;
}
