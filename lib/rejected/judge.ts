/** The checks of landing on a message that was rejected before (contract, section 1). */
import { MessageDecoder, type Value } from "../events/message.ts";
import type { Judgement } from "../staging/rejected.ts";

/**
 * Makes the function that checks messages one after another. It does not check the size: a message
 * that was kept whole is smaller than any limit that people set.
 */
export function rejectedJudge(): (raw: Uint8Array) => Judgement {
  const decoder = new MessageDecoder();
  return (raw) => {
    if (!decoder.decode(raw, 0, raw.length)) {
      return { reason: decoder.reason, field: decoder.field };
    }
    const { dataset, objectId, sentText, payload, values } = decoder;
    return {
      dataset: dataset.name,
      columns: {
        object_id: textOf(objectId),
        object_type: dataset.objectType,
        sent_dttm: textOf(sentText),
        payload: textOf(payload),
        ...Object.fromEntries(dataset.fields.map(({ name }, i) => [name, textOf(values[i]!)])),
      },
    };
  };
}

/** A byte order mark within a value is one of its characters. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf({ bytes, from, to }: Value): string {
  return utf8.decode(bytes.subarray(from, to));
}
