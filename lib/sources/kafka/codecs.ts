/** The compression codecs of Kafka that kafkajs leaves to others; gzip it has itself. */
import kafkajs from "kafkajs";
import { LZ4 } from "./codec_lz4.ts";
import { SNAPPY } from "./codec_snappy.ts";
import { ZSTD } from "./codec_zstd.ts";

/** Hands the codecs to kafkajs, which keeps them for the whole process; any number of times. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => SNAPPY;
  CompressionCodecs[CompressionTypes.LZ4] = () => LZ4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD;
}
