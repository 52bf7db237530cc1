#!/usr/bin/env python3
"""An OpenAI-compatible endpoint that plays a script, for tests: the same each time.

    scripted_model.py [--port N] PLAY

PLAY is a JSON file: a list of answers, one a request; the last one is repeated. Each is an object of
  text     what the model says; {"file", "search", "replace"} in `edit` makes a SEARCH/REPLACE block instead
  status   of HTTP (200); other than 200, `text` is the error's words
  headers  more headers, {"Retry-After": "1"}
  stream   server-sent events (true) or one JSON object (false)
  finish   finish_reason ("stop")
  stall    seconds of silence before anything is said
  repeat   the text, so many times
  usage    {"prompt_tokens", "completion_tokens"}; null: none is told
Prints its address on standard output; each request, as a JSON line, goes to PLAY.requests.
"""
from __future__ import annotations

import argparse
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def text_of(answer: dict) -> str:
    edit = answer.get("edit")
    if not edit:
        return answer.get("text", "") * answer.get("repeat", 1)
    return f"{edit['file']}\n<<<<<<< SEARCH\n{edit['search']}\n=======\n{edit['replace']}\n>>>>>>> REPLACE\n"


class Play:
    def __init__(self, answers: list[dict], log: Path | None = None):
        self.answers, self.log, self.requests, self.lock = answers, log, [], threading.Lock()

    def next(self, path: str, headers: dict, body: bytes) -> dict:
        with self.lock:
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append({"path": path, "key": headers.get("Authorization", ""), "body": json.loads(body)})
            if self.log:
                with self.log.open("a") as out:
                    out.write(json.dumps(self.requests[-1]) + "\n")
            return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    play: Play

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.play.next(self.path, dict(self.headers), body)
        time.sleep(answer.get("stall", 0))
        try:
            if answer.get("status", 200) != 200:
                self.say(answer["status"], "application/json", answer, json.dumps({"error": text_of(answer)}).encode())
            elif answer.get("stream", True):
                self.say(200, "text/event-stream", answer, b"".join(self.events(answer)))
            else:
                self.say(200, "application/json", answer, self.whole(answer))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def usage(self, answer: dict) -> dict | None:
        return answer.get("usage", {"prompt_tokens": 100, "completion_tokens": 20})

    def whole(self, answer: dict) -> bytes:
        return json.dumps({"choices": [{"index": 0, "finish_reason": answer.get("finish", "stop"),
                                        "message": {"role": "assistant", "content": text_of(answer)}}],
                           "usage": self.usage(answer)}).encode()

    def events(self, answer: dict) -> list[bytes]:
        text, pieces = text_of(answer), []
        for at in range(0, len(text), 1000):
            pieces.append({"choices": [{"delta": {"content": text[at:at + 1000]}, "finish_reason": None}]})
        pieces.append({"choices": [{"delta": {}, "finish_reason": answer.get("finish", "stop")}]})
        pieces.append({"choices": [], "usage": self.usage(answer)})
        return [b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in pieces] + [b"data: [DONE]\n\n"]

    def say(self, status: int, kind: str, answer: dict, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words) -> None:
        pass


class ScriptedModel:
    """`with ScriptedModel([...]) as model:` serves on model.url, and keeps model.requests."""

    def __init__(self, answers: list[dict], port: int = 0, log: Path | None = None):
        self.play = Play(answers, log)
        handler = type("PlayHandler", (Handler,), {"play": self.play})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @property
    def requests(self) -> list[dict]:
        return self.play.requests

    def __enter__(self) -> ScriptedModel:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("play", type=Path)
    arguments = parser.parse_args()
    script = json.loads(arguments.play.read_text())
    model = ScriptedModel(script, arguments.port, arguments.play.with_suffix(".requests"))
    print(model.url, flush=True)
    model.server.serve_forever()
