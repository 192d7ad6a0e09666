"""The 2014 loop, written line by line from its published description (see Loop2014.java).

Same arguments: PORT ingest|inline|push SINK_PORT RECEIVE_BUFFER (0 = default of the system).
A line on standard input makes it print its counters.
"""
import http.client
import json
import os
import socket
import sys
import threading
import time
from multiprocessing.pool import ThreadPool

PORT, MODE, SINK, BUFFER = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CACHES = {"es": "ch", "fr": "ch", "de": "ch", "it": "ch", "sg": "sg", "vn": "sg", "au": "au", "br": "br"}
WINDOW, TOO_OLD = 10, 0.050
counts = {"received": 0, "duplicate": 0, "old": 0, "pushed": 0}
recent = {}
local = threading.local()


def cache_to_warm(endpoint):
    return CACHES.get(endpoint[:2], "ch")


def recently_warmed(cache, jpg):
    key = cache + "/" + jpg
    now = time.time()
    at = recent.get(key)
    if at is not None and now - at < WINDOW:
        return True
    recent[key] = now
    return False


def too_old(hint):
    return time.time() - hint["timestamp"] > TOO_OLD


def warm_up(hint):
    if MODE != "push":
        return
    connection = getattr(local, "connection", None)
    if connection is None:
        connection = local.connection = http.client.HTTPConnection("127.0.0.1", SINK)
    try:
        connection.putrequest("GET", "/" + hint["jpg"], skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", hint["cache"])
        connection.endheaders()
        connection.getresponse().read()
    except Exception:  # as published: a failed warm-up is ignored
        local.connection = None


def report():
    for _ in sys.stdin:
        print(json.dumps(counts), flush=True)
    os._exit(0)


def main():
    pool = ThreadPool(processes=100)
    threading.Thread(target=report, daemon=True).start()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if BUFFER:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.bind(("127.0.0.1", PORT))
    print("ready", flush=True)
    while True:
        data, _ = sock.recvfrom(2048)
        counts["received"] += 1
        hint = json.loads(data)
        jpg = hint["jpg"]
        cache = cache_to_warm(hint["http_endpoint"])
        if recently_warmed(cache, jpg):
            counts["duplicate"] += 1
            continue
        if too_old(hint):
            counts["old"] += 1
            continue
        hint["cache"] = cache
        counts["pushed"] += 1
        if MODE != "inline":
            pool.apply_async(warm_up, (hint,))


if __name__ == "__main__":
    main()
