"""The protocol: authentication, envelope, echo, duplicates, replay, and silent drops."""

from __future__ import annotations

import asyncio
import json
import unittest
from pathlib import Path
from typing import Any, List, Tuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Opcode

from coda_backend import wire
from coda_backend.samples import SAMPLES
from coda_backend.dedup import DEFAULT_CAPACITY, Deduplicator
from coda_backend.settings import Settings
from coda_backend.tokens import LIFETIME_SECONDS, Tokens
from helpers import BackendCase, Client


class Documented(unittest.TestCase):
    # An echo belongs to a message, so a sample would be a lie.
    WITHOUT_SAMPLE = {"client_message"}

    def test_every_event_type_of_the_protocol_has_a_sample(self) -> None:
        text = (Path(__file__).resolve().parents[2] / "docs" / "PROTOCOL.md").read_text()
        chapter = text.split("\n## From Coda to the dashboard\n")[1].split("\n## ")[0]
        kinds = {line[4:].strip() for line in chapter.splitlines() if line.startswith("### ")}
        self.assertEqual(kinds - self.WITHOUT_SAMPLE, set(SAMPLES))


class Authentication(BackendCase):
    async def test_the_challenge_comes_first_and_its_token_opens_the_door(self) -> None:
        client = await self.open()
        result = await client.authenticate()
        challenge = client.received[0]
        self.assertEqual(challenge["data"]["message"], "Please authenticate with this token")
        client_id, issued_at, nonce, signature = challenge["data"]["token"].split(":")
        self.assertEqual((len(client_id), len(nonce), len(signature)), (36, 16, 64))
        self.assertTrue(issued_at.isdigit())
        self.assertEqual(result["data"], {"success": True, "client_id": client_id})

    async def test_the_frames_of_authentication_have_no_seq(self) -> None:
        client = await self.open()
        await client.authenticate(token="nope:1:2:3")
        await client.send("auth_response", {"token": client.received[0]["data"]["token"]})
        await client.until("auth_result", success=True)
        self.assertEqual([sorted(frame) for frame in client.received], [["data", "type"]] * 3)

    async def test_a_wrong_token_is_refused_and_a_right_one_may_follow(self) -> None:
        client = await self.open()
        refusal = await client.authenticate(token="nope:1:2:3")
        self.assertEqual(refusal["data"], {"success": False, "message": "Invalid authentication token"})
        await client.send("auth_response", {"token": client.received[0]["data"]["token"]})
        self.assertTrue((await client.next())["data"]["success"])
        report = await self.report()
        self.assertEqual((report["auth_ok"], report["auth_failed"]), (1, 1))

    async def test_everything_else_is_thrown_away_before_authentication(self) -> None:
        client = await self.open()
        await client.send("text_input", {"text": "too early", "message_id": "early"})
        await client.raw("not json")
        await client.send("auth_response", {"token": ""})
        await client.authenticate()
        report = await self.report()
        self.assertEqual(report["thrown_away"], 3)
        self.assertEqual(report["messages"], [])

    async def test_json_that_is_no_object_ends_the_connection_before_authentication(self) -> None:
        for frame in ("[1]", '{"type": "auth_response", "data": null}', b"\xff"):
            with self.subTest(frame=frame):
                client = await self.open()
                await client.raw(frame)
                self.assertEqual(await client.closed(), (1000, ""))

    async def test_who_does_not_answer_in_time_is_told_so_and_closed(self) -> None:
        await self.post("/challenge", mode="normal", deadline_ms=50)
        client = await self.open()
        result = await client.until("auth_result")
        self.assertEqual(result["data"], {"success": False, "message": "Authentication timeout"})
        self.assertEqual(await client.closed(), (1000, ""))

    async def test_a_token_used_twice_takes_the_registration_away_when_the_first_connection_ends(self) -> None:
        first = await self.client()
        token = first.received[0]["data"]["token"]
        second = await self.open()
        self.assertTrue((await second.authenticate(token=token))["data"]["success"])
        await second.until("replay")
        await first.socket.close()
        while self.backend.world.hub.registered:
            await asyncio.sleep(0)
        self.assertIsNone((await self.post("/event", type="system_info", data={}))["seq"])
        await second.send("text_input", {"text": "hello", "message_id": "unheard"})
        self.assertTrue(await second.silent(), "open, and yet it receives nothing")
        await second.send("text_input", {"text": "hello", "message_id": "unheard"})
        self.assertEqual((await second.next())["type"], "duplicate_message")


class TokenRules(unittest.TestCase):
    def test_a_token_is_good_for_its_client_only_and_not_when_mangled(self) -> None:
        tokens = Tokens()
        token = tokens.issue("me")
        self.assertEqual(tokens.check(token), "me")
        for bad in (token[:-1], token.replace("me", "you"), Tokens().issue("me"), "", "::::", 5, None, ["x"], "\ud800:1:2:3"):
            self.assertIsNone(tokens.check(bad), bad)

    def test_a_token_ends_after_an_hour(self) -> None:
        now = [1000.0]
        tokens = Tokens(clock=lambda: now[0])
        token = tokens.issue("me")
        now[0] += LIFETIME_SECONDS
        self.assertEqual(tokens.check(token), "me")
        now[0] += 2
        self.assertIsNone(tokens.check(token))


class WithoutChallenge(BackendCase):
    settings = Settings(port=0, control_port=0, metrics=False, speed=50, challenge=False)

    async def test_a_client_of_0_1_1_is_ready_at_once_and_has_no_duplicate_check(self) -> None:
        client = await self.open()
        await client.send("ping", {"n": 1})
        await client.send("ping", {"n": 1})
        await client.until("client_message", message_type="ping")
        await client.until("client_message", message_type="ping")
        self.assertNotIn("auth_challenge", client.types())


class Envelope(BackendCase):
    async def test_an_event_has_version_seq_monotonic_timestamp_type_and_data(self) -> None:
        client = await self.client()
        before = asyncio.get_running_loop().time()
        await self.post("/event", type="anything", data={"x": [1, None]})
        event = await client.until("anything")
        self.assertEqual(list(event), ["version", "seq", "timestamp", "type", "data"])
        self.assertEqual((event["version"], event["data"]), ("1.0", {"x": [1, None]}))
        self.assertLessEqual(before, event["timestamp"])
        self.assertLess(event["timestamp"], before + 5)

    async def test_seq_starts_at_1_and_counts_for_all_clients_together(self) -> None:
        first = await self.client()
        second = await self.client()
        await self.post("/event", type="a")
        await self.post("/event", type="b")
        seqs = [frame["seq"] for frame in first.received if "seq" in frame]
        self.assertEqual(seqs, [1, 2])
        self.assertEqual((await first.until("b"))["seq"], 4)
        self.assertEqual((await second.until("b"))["seq"], 4)

    async def test_events_without_a_client_are_dropped_before_they_get_a_number(self) -> None:
        client = await self.client()
        await client.socket.close()
        while self.backend.world.hub.registered:
            await asyncio.sleep(0)
        self.assertIsNone((await self.post("/event", type="system_info"))["seq"])
        client = await self.client()
        self.assertEqual((await self.post("/event", type="x"))["seq"], 3, "after the two events of the greeting")

    async def test_no_compression_and_no_subprotocol_are_agreed_on(self) -> None:
        socket = await connect(self.backend.ws_url, subprotocols=["coda"])  # type: ignore[list-item]
        self.addAsyncCleanup(socket.close)
        self.assertIsNone(socket.subprotocol)
        self.assertEqual(socket.protocol.extensions, [])

    async def test_a_frame_above_10_mib_closes_the_connection_with_1009_and_one_below_does_not(self) -> None:
        client = await self.client()
        fits = wire.MAX_FRAME_BYTES - len('{"type": "big", "data": {"x": ""}}')
        await client.send("big", {"x": "a" * fits})
        await client.until("client_message", message_type="big")
        await client.send("big", {"x": "a" * (fits + 1)})
        code, _ = await client.closed()
        self.assertEqual(code, 1009)


class Pings(BackendCase):
    settings = Settings(port=0, control_port=0, metrics=False, ping_seconds=0.05)

    async def test_the_server_pings_on_websocket_level_and_closes_who_does_not_answer(self) -> None:
        self.assertEqual(Settings().ping_seconds, 20)
        opcodes: List[Opcode] = []

        class Watched(ClientConnection):
            def process_event(self, event: Any) -> None:
                opcodes.append(getattr(event, "opcode", None))
                super().process_event(event)

        client = Client(await connect(self.backend.ws_url, create_connection=Watched))
        self.addAsyncCleanup(client.socket.close)
        await client.until("auth_challenge")
        while opcodes.count(Opcode.PING) < 3:
            await asyncio.sleep(0.01)
        client.socket.transport.pause_reading()
        while (await self.report())["connections_now"]:
            await asyncio.sleep(0.01)
        client.socket.transport.resume_reading()
        self.assertEqual(await client.closed(), (1011, "keepalive ping timeout"))


class Echo(BackendCase):
    async def test_every_message_comes_back_to_all_clients_with_what_was_sent(self) -> None:
        first, second = await self.client(), await self.client()
        await first.send("no_such_type", {"x": 1}, timestamp="2025-01-01T00:00:00Z", extra=True)
        for client in (first, second):
            echo = await client.until("client_message")
            client_id = first.data("auth_result")[0]["client_id"]
            expected = {"client_id": client_id, "message_type": "no_such_type", "message_data": {"x": 1}}
            self.assertEqual(echo["data"], expected)
            self.assertIn("seq", echo)

    async def test_the_echo_comes_before_what_the_message_sets_off(self) -> None:
        client = await self.client()
        await client.send("text_input", {"text": "hello"})
        await client.until("conversation_turn")
        self.assertLess(client.types().index("client_message"), client.types().index("conversation_turn"))

    async def test_an_echo_is_not_replayed(self) -> None:
        first = await self.client()
        await first.send("ping")
        await first.until("client_message")
        second = await self.client()
        replay = await second.until_replay()
        self.assertNotIn("client_message", [event["type"] for event in replay])

    async def test_frames_that_are_no_messages_are_dropped_in_silence(self) -> None:
        client = await self.client()
        bad: Tuple[Any, ...] = ("not json", "[1]", "5", '{"data": {}}', b"\xff\xfe", '{"type": "x", "data": "\\ud800"}')
        for frame in bad:
            await client.raw(frame)
        await client.send("ping")
        self.assertEqual((await client.next())["data"]["message_type"], "ping")
        self.assertEqual(len((await self.report())["errors"]), len(bad))

    async def test_a_message_in_a_binary_frame_is_a_message(self) -> None:
        client = await self.client()
        await client.raw(b'{"type": "ping"}')
        self.assertEqual((await client.until("client_message"))["data"]["message_data"], {})


class Duplicates(BackendCase):
    async def test_a_duplicate_is_answered_to_its_sender_alone_and_not_echoed_and_not_acted_on(self) -> None:
        first, second = await self.client(), await self.client()
        message = {"text": "hello", "message_id": "m1"}
        await first.send("text_input", message)
        await first.until("client_message")
        await second.send("text_input", message, timestamp="another")
        answer = await second.until("duplicate_message")
        self.assertEqual(answer, {"type": "duplicate_message", "data": {"original_type": "text_input", "count": 2}})
        await second.send("text_input", message)
        self.assertEqual((await second.until("duplicate_message"))["data"]["count"], 3)
        await first.until("memory_store")
        self.assertNotIn("duplicate_message", first.types())
        self.assertEqual(first.types().count("client_message"), 1)
        self.assertEqual([turn["role"] for turn in first.data("conversation_turn")], ["user", "assistant"])
        report = await self.report()
        self.assertEqual(report["by_message_id"], {"m1": {"received": 3, "acted": 1}})

    async def test_the_order_of_keys_and_an_id_in_the_data_make_another_message(self) -> None:
        client = await self.client()
        for data in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 2, "message_id": "x"}):
            await client.send("note", data)
            self.assertEqual((await client.next())["data"]["message_data"], data)

    async def test_the_second_frame_without_a_type_is_called_a_duplicate_of_unknown(self) -> None:
        client = await self.client()
        await client.raw('{"data": {}}')
        await client.raw('{"data": {}}')
        self.assertEqual((await client.next())["data"], {"original_type": "unknown", "count": 2})


class DuplicateRules(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0.0
        self.dedup = Deduplicator(clock=lambda: self.now)

    def test_the_window_is_five_seconds(self) -> None:
        self.assertEqual(self.dedup.count("a", {}), 1)
        self.now = 4.9
        self.assertEqual(self.dedup.count("a", {}), 2)
        self.now = 9.9
        self.assertEqual(self.dedup.count("a", {}), 1)

    def test_every_duplicate_starts_the_window_again(self) -> None:
        for expected in range(1, 6):
            self.assertEqual(self.dedup.count("a", {}), expected)
            self.now += 4.9

    def test_the_cache_forgets_the_oldest_beyond_a_thousand(self) -> None:
        self.dedup.count("mine", {})
        for n in range(DEFAULT_CAPACITY - 1):
            self.dedup.count("event", n)
        self.assertEqual(self.dedup.count("mine", {}), 2)
        for n in range(DEFAULT_CAPACITY):
            self.dedup.count("event", -n)
        self.assertEqual(self.dedup.count("mine", {}), 1)


class Replay(BackendCase):
    async def test_nothing_is_replayed_while_there_is_nothing(self) -> None:
        client = await self.client()
        await client.send("ping")
        await client.until("client_message")
        self.assertNotIn("replay", client.types())

    async def test_the_last_50_high_priority_events_come_whole_with_their_numbers(self) -> None:
        first = await self.client()
        for n in range(30):
            for kind in ("memory_store", "llm_token", "system_error"):
                await self.post("/event", type=kind, data={"n": n})
        await first.until("system_error", n=29)
        sent = [frame for frame in first.received if frame["type"] in wire.HIGH_PRIORITY]
        second = await self.client()
        replay = await second.until_replay()
        self.assertEqual(replay, sent[-50:])
        self.assertEqual(second.types(), ["auth_challenge", "auth_result", "replay"])

    async def test_a_client_is_registered_before_its_replay_so_live_events_can_come_first(self) -> None:
        await self.client()
        await self.post("/replay", delay_ms=10_000)
        second = await self.open()
        await second.authenticate()
        await self.post("/event", type="live")
        self.assertEqual((await second.next())["type"], "live")

    async def test_the_high_priority_types_are_those_of_the_protocol(self) -> None:
        client = await self.client()
        await self.post("/flood", count=200, wait=True)
        while "flood-1-end" not in str(client.received[-1]):
            await client.next()
        replay = await (await self.client()).until_replay()
        self.assertEqual({event["type"] for event in replay}, set(wire.HIGH_PRIORITY))
        expected = "conversation_start conversation_end tts_stop memory_store system_info system_error"
        self.assertEqual(wire.HIGH_PRIORITY, set(expected.split()))


class Robustness(BackendCase):
    async def test_no_message_of_a_client_can_end_the_server(self) -> None:
        client = await self.client()
        deep = "[" * 20_000 + "]" * 20_000
        for data in ("null", "5", '"x"', "[]", '{"text": 5}', '{"duration": "x"}', '{"duration": 1e999}', deep):
            for kind in ("text_input", "stt_start", "stt_stop", "tts_stop", "demo_flow", "x"):
                await client.raw('{"type": "%s", "data": %s}' % (kind, data))
        for kind in ("null", "5", "[]", "{}", "true"):
            await client.raw('{"type": %s, "data": {}}' % kind)
        await client.send("still_there")
        await client.until("client_message", message_type="still_there")


if __name__ == "__main__":
    unittest.main()
