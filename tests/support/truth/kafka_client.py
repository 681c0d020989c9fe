"""librdkafka, by confluent-kafka: a producer and a reader that tests hold finpipe against. Takes
commands on stdin, a line each with tabs between; clients.ts has what they mean. KafkaClient.java is the
same with Java's own client."""

import base64
import hashlib
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition

TIMEOUT = 60
producers = {}
delivered = {}
failures = []


def say(*words):
    sys.stdout.write("\t".join(str(word) for word in words) + "\n")


def bytes_of(word):
    return None if word == "-" else base64.b64decode(word)


def open_producer(name, *settings):
    config = dict(setting.split("=", 1) for setting in settings)
    config.update({
        "message.max.bytes": 40_000_000,
        "queue.buffering.max.messages": 2_000_000,
        "queue.buffering.max.kbytes": 1_000_000,
    })
    producer = Producer(config)
    if "transactional.id" in config:
        producer.init_transactions(TIMEOUT)
    producers[name] = producer
    delivered[name] = []


def send(name, record, topic, partition, key, value, headers):
    def on_delivery(error, message):
        if error is None:
            delivered[name].append((record, message.offset()))
        else:
            failures.append(error.str())

    pairs = [header.split(":", 1) for header in headers.split(",")] if headers else []
    producers[name].produce(
        topic,
        partition=int(partition),
        key=bytes_of(key),
        value=bytes_of(value),
        headers=[(header, bytes_of(text)) for header, text in pairs],
        on_delivery=on_delivery,
    )


def flush(name):
    left = producers[name].flush(TIMEOUT)
    if left or failures:
        said = failures[:3]
        failures.clear()
        raise RuntimeError(f"{left} messages were not sent; {said}")
    for record, offset in delivered[name]:
        say("at", record, offset)
    delivered[name] = []


def drop(name):
    """At once, with whatever is open: nobody is told."""
    del producers[name]


def read(brokers, topic, partitions):
    consumer = Consumer({
        "bootstrap.servers": brokers,
        "group.id": "unused",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
        "check.crcs": True,
        "fetch.message.max.bytes": 8_000_000,
    })
    try:
        consumer.assign([TopicPartition(topic, one, OFFSET_BEGINNING) for one in range(int(partitions))])
        left = set(range(int(partitions)))
        while left:
            for message in consumer.consume(10_000, 0.2):
                error = message.error()
                if error is None:
                    value = message.value()
                    digest = "null" if value is None else hashlib.sha256(value).hexdigest()
                    say("record", message.partition(), message.offset(), digest)
                elif error.code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
                else:
                    raise KafkaException(error)
    finally:
        consumer.close()


COMMANDS = {
    "open": open_producer,
    "begin": lambda name: producers[name].begin_transaction(),
    "send": send,
    "flush": flush,
    "commit": lambda name: producers[name].commit_transaction(TIMEOUT),
    "abort": lambda name: producers[name].abort_transaction(TIMEOUT),
    "drop": drop,
    "read": read,
}

for line in sys.stdin:
    command, *words = line.rstrip("\n").split("\t")
    try:
        COMMANDS[command](*words)
        if command != "send":
            say("ok")
    except Exception as error:  # Whatever it is, the one who asked is told.
        if command != "send":
            say("failed", str(error).replace("\n", " "))
        else:
            failures.append(str(error))
    if command != "send":
        sys.stdout.flush()
