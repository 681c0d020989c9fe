/** All settings that finpipe reads, each with what it means: for `config`, `doctor` and the manual. */
import type { ConnectionForm } from "./connection_url.ts";
import { POSTGRES_FORM } from "./postgres_url.ts";
import { VERTICA_FORM } from "./vertica_settings.ts";

/** What is known of a setting. */
export interface SettingForm {
  /** Its variable; of one that has none, its option. */
  name: string;
  /** The global option that wins over the variable, by commander's name. */
  flag?: string;
  /** In a few words. */
  meaning: string;
  /** What holds if it is not set; undefined where nothing does. */
  byDefault?: string;
  /**
   * How it holds a secret: it is one, it is a URL with one, or it may be one by mistake. The first
   * two may be given as a file, `NAME_FILE`.
   */
  holds?: "secret" | "url" | "addresses";
  /** Of a URL: how it is written, and Airflow's variable that stands in for it. */
  url?: { form: ConnectionForm; airflow: string };
}

export const CATALOGUE: readonly SettingForm[] = [
  {
    name: "FINPIPE_ENGINE",
    flag: "engine",
    meaning: "embedded ignores the URLs of staging and warehouse; with remote, a missing one is " +
      "an error. If it is not set, the engine is embedded where neither URL is set, and else each " +
      "end is what its URL says",
  },
  {
    name: "FINPIPE_WORK_DIR",
    flag: "workDir",
    meaning: "the folder of the partition files and the embedded engine",
    byDefault: "./finpipe-data",
  },
  {
    name: "FINPIPE_PG_URL",
    meaning: `staging: ${POSTGRES_FORM.example}?sslmode=..., or embedded`,
    holds: "url",
    url: { form: POSTGRES_FORM, airflow: "AIRFLOW_CONN_PG_CONNECTION" },
  },
  {
    name: "FINPIPE_VERTICA_URL",
    meaning: `the warehouse: ${VERTICA_FORM.example}?tls_mode=..., or embedded`,
    holds: "url",
    url: { form: VERTICA_FORM, airflow: "AIRFLOW_CONN_VERTICA_CONNECTION" },
  },
  {
    name: "FINPIPE_VERTICA_OAUTH_TOKEN",
    meaning: "the token to log in to the warehouse with, instead of a password",
    holds: "secret",
  },
  {
    name: "FINPIPE_STAGING_SCHEMA",
    meaning: "the warehouse's schema of loaded days and of records of loads",
    byDefault: "finpipe_staging",
  },
  {
    name: "FINPIPE_MART_SCHEMA",
    meaning: "the warehouse's schema of core and mart",
    byDefault: "finpipe_mart",
  },
  {
    name: "FINPIPE_KAFKA_BROKERS",
    meaning: "Kafka: host:port,host:port; if it is set, 'finpipe stream' reads Kafka by default",
    holds: "addresses",
  },
  {
    name: "FINPIPE_KAFKA_TLS",
    meaning: "true: connections to Kafka are encrypted",
    byDefault: "false",
  },
  { name: "FINPIPE_KAFKA_CA", meaning: "the PEM file of a private authority for Kafka" },
  { name: "FINPIPE_KAFKA_CERT", meaning: "the PEM file of finpipe's certificate, for mutual TLS" },
  { name: "FINPIPE_KAFKA_KEY", meaning: "the PEM file of that certificate's key" },
  {
    name: "FINPIPE_KAFKA_SASL",
    meaning: "how finpipe logs in to Kafka: scram-sha-512, scram-sha-256, plain, oauthbearer, or " +
      "aws-msk-iam",
  },
  { name: "FINPIPE_KAFKA_USERNAME", meaning: "the user of that login, if it is by password" },
  { name: "FINPIPE_KAFKA_PASSWORD", meaning: "the password of that login", holds: "secret" },
  {
    name: "FINPIPE_KAFKA_OAUTH_TOKEN_ENDPOINT",
    meaning: "for oauthbearer: the https:// URL that tokens come from, by client credentials",
    holds: "addresses",
  },
  { name: "FINPIPE_KAFKA_OAUTH_CLIENT_ID", meaning: "for oauthbearer: the client" },
  {
    name: "FINPIPE_KAFKA_OAUTH_CLIENT_SECRET",
    meaning: "for oauthbearer: the client's secret",
    holds: "secret",
  },
  { name: "FINPIPE_KAFKA_OAUTH_SCOPE", meaning: "for oauthbearer: the scope to ask for" },
  {
    name: "FINPIPE_KAFKA_AWS_REGION",
    meaning: "for aws-msk-iam: the cluster's region, if it is not AWS_REGION",
  },
  {
    name: "FINPIPE_TOPIC",
    meaning: "the topic (also --topic of 'finpipe stream' and 'finpipe emit')",
    byDefault: "transaction-service-input",
  },
  {
    name: "FINPIPE_GROUP",
    meaning: "the consumer group (also --group of 'finpipe stream')",
    byDefault: "finpipe",
  },
  {
    name: "FINPIPE_STATUSES",
    meaning: "status values that the mart counts (also --statuses of commands that count)",
    byDefault: "done",
  },
  {
    name: "FINPIPE_TYPES",
    meaning: "transaction types that the mart counts (also --types of commands that count)",
    byDefault: "all",
  },
  {
    name: "FINPIPE_NOTIFY_URL",
    meaning: "the webhook that is told of failures of 'finpipe backfill', 'finpipe audit' and " +
      "'finpipe stream'",
    holds: "secret",
  },
  {
    name: "FINPIPE_NOTIFY_SECRET",
    meaning: "the secret that what is posted there is signed with",
    holds: "secret",
  },
  {
    name: "--retry-for",
    flag: "retryFor",
    meaning:
      "how long finpipe tries an unreachable server; the default of 'finpipe doctor' is 5s, " +
      "that of 'finpipe serve' 0s",
    byDefault: "60s",
  },
  {
    name: "FINPIPE_LOG_LEVEL",
    flag: "logLevel",
    meaning: "what is logged: debug, info, warn or error",
    byDefault: "info",
  },
  {
    name: "FINPIPE_LOG_FORMAT",
    flag: "logFormat",
    meaning: "how it is logged: text, json, or auto: text on a terminal, else JSON",
    byDefault: "auto",
  },
];

/** True of a setting that may be given as a file. */
export function mayBeFile({ holds }: SettingForm): boolean {
  return holds === "secret" || holds === "url";
}

/** The variables under which a setting may be given, in the order in which they count. */
export function variablesOf(form: SettingForm): string[] {
  const names = [form.name, ...(form.url === undefined ? [] : [form.url.airflow])]
    .filter((name) => !name.startsWith("--"));
  return names.flatMap((name) => mayBeFile(form) ? [name, `${name}_FILE`] : [name]);
}
