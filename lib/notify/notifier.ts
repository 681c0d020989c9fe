/** Tells somebody what went wrong: each thing once, and never as a reason to fail. */
import type { NotifySettings } from "../config/notify.ts";
import { messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { type Notice, type NoticeEvent, noticeJson, type NoticeOrigin } from "./notice.ts";
import { ToldNotices } from "./told_notices.ts";
import { postWebhook, type WebhookDeps } from "./webhook.ts";

export interface NotifierOptions extends Omit<NoticeOrigin, "at"> {
  settings: NotifySettings;
  /** Of the command: what one tells, another one has not told. */
  name: string;
  /** Remembers what was told. */
  workDir: string;
}

export interface NotifierDeps extends WebhookDeps {
  log: Pick<Logger, "info" | "warn" | "debug">;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #deps: NotifierDeps;
  readonly #told: ToldNotices;

  constructor(options: NotifierOptions, deps: NotifierDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#told = new ToldNotices(options.workDir);
  }

  /** Posts a notice, unless it was posted less than 20 hours ago. Never throws: what goes wrong is logged. */
  async tell(notice: Notice): Promise<void> {
    const { settings, name, host, command, version } = this.#options;
    const { log } = this.#deps;
    const at = this.#deps.now();
    const what = `${name} ${notice.event}: ${notice.key}`;
    if (await this.#told.has(what, at)) {
      log.info("Nobody is told at FINPIPE_NOTIFY_URL: the same was told less than 20 hours ago");
      return;
    }
    const body = noticeJson(notice, { host, command, version, at });
    const id = `msg_${crypto.randomUUID()}`;
    const failure = await postWebhook(settings, { id, body }, this.#deps);
    if (failure !== undefined) {
      log.warn(`Could not tell anybody at FINPIPE_NOTIFY_URL (${settings.url.host}): ${failure}`);
      return;
    }
    log.info(`Told at FINPIPE_NOTIFY_URL (${settings.url.host})`);
    await this.#remember(() => this.#told.add(what, at));
  }

  /** These events of the command are over, and news if they come again. Never throws. */
  async settle(events: readonly NoticeEvent[]): Promise<void> {
    const prefixes = events.map((event) => `${this.#options.name} ${event}: `);
    await this.#remember(() => this.#told.forget(prefixes, this.#deps.now()));
  }

  /** What cannot be remembered is told again. */
  async #remember(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#deps.log.debug("Cannot remember what was told", { reason: messageOf(error) });
    }
  }
}
