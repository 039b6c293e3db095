"""One turn of the conversation, with events in the order in which Coda sends them."""

from __future__ import annotations

from .replies import Reply, reply_to, tokens
from .stage import Stage

MODEL = "gemma2:2b"
SYSTEM_PROMPT_PREVIEW = "You are Coda, a helpful local voice assistant"
PROMPT_TOKENS = 412

RETRIEVE_SECONDS = 0.02
THINK_SECONDS = 0.1
TOOL_SECONDS = 0.06
# A small model on a fast computer: 25 to 50 tokens a second.
TOKEN_SECONDS = (0.02, 0.04)
# How many tokens a failing model sends before its error.
TOKENS_BEFORE_ERROR = 3


class ModelFailed(Exception):
    """The scripted language model failed, as the text requested."""


async def run_turn(stage: Stage, text: str) -> str:
    """Plays the turn up to the answer, and returns the answer to be spoken."""
    await stage.open_session()
    reply = reply_to(text, stage.dice)
    async with stage.timed("assistant", "process_input"):
        await stage.turn("user", text)
        await _retrieve(stage, text)
        try:
            await _think(stage, reply)
            answer = reply.text
        except ModelFailed as error:
            await stage.emit("llm_error", {"message": str(error), "details": {"model": MODEL}})
            answer = f"I'm sorry, I encountered an error: {error}"
        await stage.turn("assistant", answer)
    await stage.component_stats()
    return answer


async def _retrieve(stage: Stage, text: str) -> None:
    async with stage.timed("memory", "get_context"):
        await stage.sleep(RETRIEVE_SECONDS)
    found = min(stage.memories, 5)
    await stage.emit(
        "memory_retrieve",
        {
            "query": text,
            "results_count": found,
            "top_result_preview": "User prefers metric units" if found else None,
        },
    )


async def _think(stage: Stage, reply: Reply) -> None:
    times = 2 if reply.doubled else 1
    pieces = tokens(reply.text)
    for _ in range(times):
        await stage.emit(
            "llm_start",
            {"model": MODEL, "prompt_tokens": PROMPT_TOKENS, "system_prompt_preview": SYSTEM_PROMPT_PREVIEW},
        )
    async with stage.timed("llm", "generate_response"):
        await stage.sleep(THINK_SECONDS)
        await _use_tool(stage, reply)
        for index, piece in enumerate(pieces):
            if reply.llm_error and index == TOKENS_BEFORE_ERROR:
                raise ModelFailed("The model ran out of memory")
            for _ in range(times):
                await stage.emit("llm_token", {"token": piece, "token_index": index})
            await stage.sleep(stage.dice.uniform(*TOKEN_SECONDS))
    for _ in range(times):
        await stage.emit(
            "llm_result",
            {
                "text": reply.text,
                "total_tokens": PROMPT_TOKENS + len(pieces),
                "duration_seconds": stage.last["llm.generate_response"],
                "has_tool_calls": reply.tool is not None,
            },
        )


async def _use_tool(stage: Stage, reply: Reply) -> None:
    # A trace must not include the tool time of an earlier turn.
    stage.last.pop("tool.execute", None)
    if reply.tool is None:
        return
    await stage.emit("tool_call", {"tool_name": "get_weather", "parameters": {"city": "Rabat"}})
    async with stage.timed("tool", "execute"):
        await stage.sleep(TOOL_SECONDS)
    if reply.tool == "error":
        await stage.emit(
            "tool_error", {"tool_name": "get_weather", "message": "no route to the weather", "details": None}
        )
    else:
        await stage.emit(
            "tool_result",
            {
                "tool_name": "get_weather",
                "result_preview": "{'temp_c': 24, 'sky': 'sunny'}",
                "duration_seconds": stage.last["tool.execute"],
            },
        )
