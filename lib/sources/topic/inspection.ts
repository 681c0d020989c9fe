/** What `doctor` looks at of a topic. */

/** A topic that is there. */
export interface TopicFacts {
  topic: string;
  /** How messages name the cluster. */
  cluster: string;
  partitions: number;
}
