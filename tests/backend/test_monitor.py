"""contrib/coda_monitor.py reports what it should, limits its reports, and never disturbs the program."""

import asyncio
import gc
import json
import logging
import threading
import time
import unittest
from typing import Any, List, Optional

from coda_backend.monitor import coda_monitor


class Server:
    """Accepts events as Coda's server does."""

    def __init__(self) -> None:
        self.events: List[Any] = []
        self.fails = False

    def push_event(self, kind: str, data: Any, high_priority: bool = False) -> None:
        if self.fails:
            raise RuntimeError("no event today")
        json.dumps(data)
        self.events.append((kind, data, high_priority))


class Case(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.server = Server()
        self.now = 0.0
        self.monitor: Optional[coda_monitor.Monitor] = None
        logging.getLogger("asyncio").addHandler(null := logging.NullHandler())
        logging.getLogger("asyncio").propagate = False
        self.addCleanup(logging.getLogger("asyncio").removeHandler, null)
        self.addCleanup(setattr, logging.getLogger("asyncio"), "propagate", True)

    def install(self) -> None:
        self.monitor = coda_monitor.install(self.server, clock=lambda: self.now)
        self.addCleanup(self.monitor.uninstall)

    async def until(self, count: int) -> None:
        end = time.monotonic() + 5
        while len(self.server.events) < count and time.monotonic() < end:
            await asyncio.sleep(0)
        self.assertEqual(len(self.server.events), count, self.server.events)

    @staticmethod
    def fail(text: str = "artificial") -> None:
        raise ValueError(text)


class WhatIsReported(Case):
    async def test_an_exception_in_a_callback_is_one_event_with_its_place(self) -> None:
        self.install()
        asyncio.get_running_loop().call_soon(self.fail)
        await self.until(1)
        kind, data, high_priority = self.server.events[0]
        self.assertEqual((kind, data["level"], high_priority), ("system_error", "error", True))
        self.assertEqual(data["message"], "ValueError: artificial")
        self.assertRegex(data["details"]["traceback"][-1], r"^test_monitor\.py:\d+ in fail$")

    async def test_an_exception_that_nobody_retrieved_is_reported_with_its_task(self) -> None:
        self.install()

        async def work() -> None:
            self.fail()

        task = asyncio.create_task(work(), name="the work")
        await asyncio.wait([task])
        del task
        gc.collect()
        await self.until(1)
        self.assertEqual(self.server.events[0][1]["details"]["where"], "the work")

    async def test_an_exception_from_another_thread_is_reported(self) -> None:
        self.install()
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(self.fail))
        thread.start()
        await asyncio.to_thread(thread.join)
        await self.until(1)

    async def test_records_of_the_asyncio_logger_are_reported_with_their_level(self) -> None:
        self.install()
        logging.getLogger("asyncio").warning("Executing %s took %.3f seconds", "a handle", 0.2)
        await self.until(1)
        data = self.server.events[0][1]
        self.assertEqual((data["level"], data["message"]), ("warning", "Executing a handle took 0.200 seconds"))

    async def test_tokens_and_long_texts_do_not_leave(self) -> None:
        self.install()
        token = "614a15ef-9067-4617-af80-7ccd176c6683:1795374566:29423f4c13270afa:e401a1d6"
        asyncio.get_running_loop().call_soon(self.fail, f"token {token} " + "x" * 10_000)
        await self.until(1)
        told = json.dumps(self.server.events[0][1])
        self.assertNotIn(token, told)
        self.assertLess(len(told), 3_000)

    def test_without_a_loop_the_log_tells_all_the_same(self) -> None:
        self.install()

        async def main() -> None:
            asyncio.get_running_loop().call_soon(self.fail)
            await asyncio.sleep(0)
            await asyncio.sleep(0)

        asyncio.run(main())
        self.assertEqual([data["message"] for _, data, _ in self.server.events], ["ValueError: artificial"])


class WhatIsLeftOut(Case):
    async def test_of_many_of_a_kind_five_pass_then_one_a_second_and_the_rest_is_counted(self) -> None:
        self.install()
        loop = asyncio.get_running_loop()
        for _ in range(100):
            loop.call_soon(self.fail)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.assertEqual(len(self.server.events), 5)
        self.now += 1.0
        loop.call_soon(self.fail)
        await self.until(6)
        self.assertEqual(self.server.events[5][1]["details"]["left_out"], 95)

    async def test_slow_callbacks_are_one_kind_whatever_their_numbers(self) -> None:
        self.install()
        for number in range(100):
            task = f"<Task pending name='Task-{number}' coro=<work() running at work.py:7> cb=[f() at 0x7f{number:04x}]>"
            logging.getLogger("asyncio").warning("Executing %s took %.3f seconds", task, 0.1 + number / 1000)
        self.assertEqual(len(self.server.events), 5)
        self.assertIn("Task-4", self.server.events[4][1]["message"])

    async def test_of_many_kinds_twenty_pass_then_five_a_second(self) -> None:
        self.install()
        names = [a + b for a in "ghijklmnop" for b in "ghijklmnop"]
        for name in names:
            logging.getLogger("asyncio").error("%s failed", name)
        self.assertEqual(len(self.server.events), 20)
        self.now += 1.0
        for name in names:
            logging.getLogger("asyncio").error("%s failed", name)
        self.assertEqual(len(self.server.events), 25)

    async def test_another_kind_is_not_held_up(self) -> None:
        self.install()
        loop = asyncio.get_running_loop()
        for _ in range(10):
            loop.call_soon(self.fail)
        loop.call_soon(lambda: {}["other"])
        await self.until(6)


class NeverInTheWay(Case):
    async def test_a_server_that_fails_does_not_matter(self) -> None:
        self.server.fails = True
        self.install()
        asyncio.get_running_loop().call_soon(self.fail)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def test_an_error_while_reporting_is_not_reported(self) -> None:
        def push(*_event: Any) -> None:
            logging.getLogger("asyncio").error("while reporting")
            self.server.events.append(None)

        self.server.push_event = push  # type: ignore[method-assign]
        self.install()
        asyncio.get_running_loop().call_soon(self.fail)
        await self.until(1)

    async def test_the_handler_that_was_there_is_called_and_put_back(self) -> None:
        seen: List[Any] = []
        loop = asyncio.get_running_loop()
        before = lambda _loop, context: seen.append(context)  # noqa: E731
        loop.set_exception_handler(before)
        self.install()
        loop.call_soon(self.fail)
        await self.until(1)
        self.assertEqual(len(seen), 1)
        assert self.monitor is not None
        self.monitor.uninstall()
        self.assertIs(loop.get_exception_handler(), before)
        loop.call_soon(self.fail)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.assertEqual((len(self.server.events), len(seen)), (1, 2))
        loop.set_exception_handler(None)


if __name__ == "__main__":
    unittest.main()
