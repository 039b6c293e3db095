"""The control interface: each fault works as described, and bad requests are refused with a reason."""

from __future__ import annotations

import asyncio
import json
import unittest

from coda_backend.settings import Settings
from helpers import BackendCase, Client


class Connections(BackendCase):
    async def test_a_drop_ends_all_connections_without_a_close_frame_or_with_the_given_one(self) -> None:
        clients = [await self.client(), await self.client()]
        self.assertEqual(await self.post("/drop"), {"dropped": 2})
        for client in clients:
            self.assertEqual((await client.closed())[0], None)
        client = await self.client()
        await self.post("/drop", code=4321, reason="maintenance")
        self.assertEqual(await client.closed(), (4321, "maintenance"))

    async def test_who_does_not_listen_refuses_and_keeps_its_port(self) -> None:
        client = await self.client()
        await self.post("/stop-listening")
        self.assertTrue(await self.refused())
        await client.send("ping")
        await client.until("client_message")
        await self.post("/start-listening")
        await self.client()

    async def test_a_restart_forgets_everything_and_counts_from_1_again(self) -> None:
        client = await self.client()
        await client.send("note", {"message_id": "m"})
        await client.until("client_message")
        await self.post("/restart", down_seconds=0.05)
        await client.closed()
        client = await self.client()
        self.assertEqual(client.received[2]["seq"], 1)
        await client.send("note", {"message_id": "m"})
        await client.until("client_message")

    async def test_a_frozen_server_stays_open_and_says_nothing_until_it_thaws(self) -> None:
        client = await self.client()
        await self.post("/freeze", on=True)
        await client.send("ping")
        self.assertTrue(await client.silent())
        await self.post("/freeze", on=False)
        await client.until("client_message")

    async def test_a_deaf_connection_gets_no_broadcasts_but_duplicates_are_named(self) -> None:
        client = await self.client()
        await self.post("/deaf", on=True)
        await client.send("note", {"message_id": "m"})
        self.assertTrue(await client.silent())
        await client.send("note", {"message_id": "m"})
        await client.until("duplicate_message")


class Events(BackendCase):
    async def test_an_artificial_exception_comes_out_of_the_monitor_as_a_system_error(self) -> None:
        for where in ("callback", "task", "log"):
            client = await self.client()
            await self.post("/exception", where=where, text=f"artificial in a {where}")
            event = await client.until("system_error")
            self.assertIn(f"artificial in a {where}", event["data"]["message"])

    async def test_the_clock_of_the_events_jumps_and_a_reset_takes_it_back(self) -> None:
        client = await self.client()
        await self.post("/clock", jump_seconds=-60)
        await self.post("/event", type="note", data={})
        early = (await client.until("note"))["timestamp"]
        await self.post("/reset")
        await self.post("/event", type="note", data={})
        self.assertGreater((await client.until("note"))["timestamp"] - early, 59)

    async def test_another_client_can_be_heard_of(self) -> None:
        client = await self.client()
        answer = await self.post("/other-client", type="stt_start", count=3)
        for _ in range(3):
            event = await client.until("client_message")
            self.assertEqual(event["data"]["client_id"], answer["client_id"])


class Answers(BackendCase):
    async def test_echoes_are_swallowed_by_number_and_type_while_the_message_is_acted_on(self) -> None:
        client = await self.client()
        await self.post("/echo", swallow=1, types=["note"])
        await client.send("ping", {"n": 1})
        await client.until("client_message", message_type="ping")
        await client.send("note", {"n": 1})
        await client.send("note", {"n": 2})
        self.assertEqual((await client.until("client_message"))["data"]["message_data"], {"n": 2})
        acted = [message["type"] for message in (await self.report())["messages"] if message["acted"]]
        self.assertEqual(acted, ["ping", "note", "note"])

    async def test_echoes_can_come_late(self) -> None:
        client = await self.client()
        await self.post("/echo", delay_ms=200)
        await client.send("ping")
        self.assertTrue(await client.silent())
        await client.until("client_message")

    async def test_a_challenge_can_be_left_out_stalled_or_late(self) -> None:
        await self.post("/challenge", mode="none")
        client = await self.open()
        await client.send("ping")
        await client.until("client_message")
        await self.post("/challenge", mode="stall")
        self.assertTrue(await (await self.open()).silent())
        await self.post("/challenge", mode="late", delay_ms=50)
        await (await self.open()).authenticate()

    async def test_every_token_can_be_refused(self) -> None:
        await self.post("/challenge", mode="refuse")
        result = await (await self.open()).authenticate()
        self.assertEqual(result["data"]["success"], False)


class Sending(BackendCase):
    async def test_text_is_sent_as_it_is_to_everybody(self) -> None:
        client = await self.open()
        await client.until("auth_challenge")
        self.assertEqual(await self.post("/send", text="not json"), {"connections": 1})
        self.assertEqual(await asyncio.wait_for(client.socket.recv(), 5), "not json")

    async def test_a_flood_sends_as_many_events_as_it_says_and_a_marker_at_the_end(self) -> None:
        client = await self.client()
        before = self.backend.world.hub.seq
        result = await self.post("/flood", count=500, wait=True)
        self.assertEqual(self.backend.world.hub.seq - before, 500, result)
        await client.until("system_info")

    async def test_a_gap_in_the_numbers_can_be_made(self) -> None:
        client = await self.client()
        first = (await self.post("/event", type="a"))["seq"]
        await self.post("/skip-seq", n=3)
        self.assertEqual((await self.post("/event", type="b"))["seq"], first + 4)
        await client.until("b")


class Illness(BackendCase):
    async def events(self, client: Client, count: int) -> list:
        """Returns the next events that are no reports of resources, as type and number."""
        found = []
        while len(found) < count:
            frame = json.loads(await asyncio.wait_for(client.socket.recv(), 5))
            if frame["type"] != "system_metrics":
                found.append((frame["type"], frame["seq"]))
        return found

    async def test_work_hangs_at_an_event_until_it_is_healed(self) -> None:
        client = await self.client()
        await self.post("/ill", hang=["b"])
        hanging = asyncio.create_task(self.post("/event", type="b"))
        await self.post("/event", type="a")
        self.assertEqual((await self.events(client, 1))[0][0], "a")
        self.assertFalse(hanging.done())
        await self.post("/reset")
        await hanging
        self.assertEqual((await self.events(client, 1))[0][0], "b")

    async def test_events_come_twice_change_places_or_are_lost(self) -> None:
        client = await self.client()
        await self.post("/ill", twice=["a"], lose=["b"])
        first = (await self.post("/event", type="a"))["seq"]
        self.assertEqual((await self.post("/event", type="b"))["seq"], None)
        self.assertEqual(await self.events(client, 2), [("a", first), ("a", first)])
        await self.post("/ill", swap=["a"])
        first = (await self.post("/event", type="a"))["seq"]
        await self.post("/event", type="c")
        self.assertEqual(await self.events(client, 2), [("c", first + 1), ("a", first)])

    async def test_events_are_changed_and_replaced(self) -> None:
        client = await self.client()
        await self.post("/ill", change={"a": {"x": None, "y": 2}}, replace={"b": ["c", {"z": 3}]})
        await self.post("/event", type="a", data={"x": 1})
        await self.post("/event", type="b")
        self.assertEqual((await client.until("a"))["data"], {"y": 2})
        self.assertEqual((await client.until("c"))["data"], {"z": 3})


class IllnessOfTheMachine(BackendCase):
    settings = Settings(port=0, control_port=0, speed=50)

    async def test_memory_grows_and_the_clock_stands_still(self) -> None:
        client = await self.client()
        # The interval holds from the report after the next one on.
        await self.post("/ill", grow_mb=100, metrics_ms=10, clock_stands=True)
        await client.until("system_metrics")
        reports = [await client.until("system_metrics") for _ in range(5)]
        self.assertGreater(reports[-1]["data"]["memory_mb"], reports[0]["data"]["memory_mb"] + 300)
        self.assertEqual(len({report["timestamp"] for report in reports}), 1)


class TheReport(BackendCase):
    async def test_it_tells_of_each_message_how_often_it_came_and_was_acted_on(self) -> None:
        client = await self.client()
        for _ in range(3):
            await client.send("note", {"message_id": "m"})
        await client.send("other", {"message_id": "o"})
        await client.until("client_message", message_type="other")
        report = await self.report()
        self.assertEqual(report["by_message_id"], {"m": {"received": 3, "acted": 1}, "o": {"received": 1, "acted": 1}})

    async def test_a_text_during_a_turn_is_dropped_as_coda_does_and_counted(self) -> None:
        client = await self.client()
        await client.send("text_input", {"text": "long please", "message_id": "1"})
        await client.until("llm_token")
        await client.send("text_input", {"text": "dropped", "message_id": "2"})
        await client.until("tts_result")
        self.assertEqual([turn["role"] for turn in client.data("conversation_turn")], ["user", "assistant"])
        self.assertEqual((await self.report())["turns_ignored_busy"], 1)

    async def test_a_reset_breaks_off_the_turn_so_that_the_next_text_is_heard(self) -> None:
        client = await self.client()
        await client.send("text_input", {"text": "long please", "message_id": "1"})
        await client.until("llm_token")
        await self.post("/reset")
        await client.send("text_input", {"text": "hello", "message_id": "2"})
        await client.until("conversation_turn", role="user", content="hello")
        await client.until("tts_result")
        self.assertEqual((await self.report())["turns_ignored_busy"], 0)

    async def test_a_reset_switches_every_fault_off(self) -> None:
        await self.post("/challenge", mode="stall")
        await self.post("/echo", swallow=True)
        await self.post("/reset")
        client = await self.client()
        await client.send("ping")
        await client.until("client_message")


class BadRequests(BackendCase):
    async def test_each_is_refused_with_what_is_wrong(self) -> None:
        for path, body, status, why in (
            ("/nowhere", b"{}", 404, "no endpoint"),
            ("/drop", b"not json", 400, ""),
            ("/drop", b'{"kode": 1}', 400, "kode"),
            ("/drop", b'{"code": 1005}', 400, "1005"),
            ("/flood", b"{}", 400, "count"),
            ("/challenge", b'{"mode": "maybe"}', 400, "mode"),
            ("/send-binary", b'{"hex": "xy"}', 400, "hex"),
        ):
            with self.subTest(path=path, body=body):
                found, _, answer = await self.http("POST", path, body)
                self.assertEqual(found, status)
                self.assertIn(why, str(answer))
        self.assertEqual((await self.http("GET", "/drop"))[0], 405)


if __name__ == "__main__":
    unittest.main()
