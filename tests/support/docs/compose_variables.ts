/** Variables of a compose file, as `docker compose` puts them in. */

/** The file as it is read where no variable is set: each `${NAME:-default}` is its default. */
export function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");
}
