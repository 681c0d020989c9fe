/** Takes names out of a text that is to be sent on. */

/**
 * @param names what stands for each, by the name
 * @returns the text with each name, in whatever case, as in `<user>`
 */
export function masked(text: string, names: Readonly<Record<string, string>>): string {
  const entries = Object.entries(names).filter(([name]) => name !== "");
  // The longest first, as one may be a part of another.
  entries.sort(([one], [other]) => other.length - one.length);
  let found = text;
  for (const [name, stand] of entries) {
    const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    found = found.replace(new RegExp(`(?<![a-z0-9])${literal}(?![a-z0-9])`, "gi"), `<${stand}>`);
  }
  return found;
}
