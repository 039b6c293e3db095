"""A plausible example of each event type of the protocol, for floods and tests."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict

from .stage import iso_now

Sample = Callable[[int], Dict[str, Any]]


def _latency(n: int) -> Dict[str, Any]:
    """Every other one is nested, as some versions of Coda send it."""
    flat = {
        "stt_seconds": 0.2,
        "llm_seconds": 0.5 + n % 7 / 10,
        "tts_seconds": 0.12,
        "total_seconds": 0.82 + n % 7 / 10,
        "total_processing_seconds": 0.82 + n % 7 / 10,
    }
    audio = {"stt_audio_duration": 1.8, "tts_audio_duration": 3.1}
    if n % 2:
        return {"component_times": flat, "audio_durations": audio, "total_interaction_seconds": 5.72 + n % 7 / 10}
    return {**flat, **audio, "tool_seconds": None, "memory_seconds": 0.02, "total_interaction_seconds": 5.72}


def _stats(n: int) -> Dict[str, Any]:
    return {
        "stats": {
            "short_term": {"turn_count": n % 20, "max_turns": 20},
            "long_term": {"memory_count": n, "max_memories": 1000, "memory_types": {"fact": n, "preference": 1}},
            "debug": {"operations_count": n, "operations_by_type": {"add_memory": n}, "last_update": time.time()},
        },
        "timestamp": time.time(),
    }


def _search(n: int) -> Dict[str, Any]:
    metadata = {"source_type": "preference", "importance": 0.75, "timestamp": iso_now()}
    result = {"id": f"mem_{n}", "content": "User likes jazz", "metadata": metadata, "similarity": 0.91}
    return {"query": f"jazz {n}", "memory_type": None, "min_importance": 0.0, "results": [result], "results_count": 1}


def _error(what: str) -> Sample:
    return lambda n: {"message": f"{what} failed ({n})", "details": {"attempt": n} if n % 2 else None}


# Event type to its data; the argument numbers the examples, so that no two are equal.
SAMPLES: Dict[str, Sample] = {
    "conversation_start": lambda n: {"session_id": f"session_{n}", "timestamp": time.time()},
    "conversation_turn": lambda n: {"role": "system", "content": f"Line **{n}**", "turn_id": n},
    "conversation_end": lambda n: {"session_id": f"session_{n}", "duration_seconds": 12.5, "turns_count": n},
    "stt_start": lambda n: {"mode": ("push_to_talk", "continuous", "file")[n % 3]},
    "stt_interim": lambda n: {"text": f"heard {n}", "confidence": 0.65},
    "stt_result": lambda n: {"text": f"heard {n}", "confidence": 0.94, "duration_seconds": 0.2, "language": None},
    "stt_error": _error("listening"),
    "llm_start": lambda n: {"model": "gemma2:2b", "prompt_tokens": 400 + n, "system_prompt_preview": None},
    "llm_token": lambda n: {"token": f"w{n} ", "token_index": n},
    "llm_result": lambda n: {
        "text": f"answer {n}",
        "total_tokens": 400 + n,
        "duration_seconds": 0.5,
        "has_tool_calls": False,
    },
    "llm_error": _error("thinking"),
    "tts_start": lambda n: {"text": f"answer {n}", "voice": "Charlotte", "provider": "elevenlabs"},
    "tts_progress": lambda n: {"percent_complete": n % 101},
    "tts_result": lambda n: {"duration_seconds": 0.12, "audio_duration_seconds": 3.1, "char_count": n},
    "tts_error": _error("speaking"),
    "tts_status": lambda n: {"status": "loaded", "details": {"provider": "elevenlabs", "n": n}},
    "tts_stop": lambda n: {"reason": "user_interrupt" if n % 2 else None},
    "memory_store": lambda n: {
        "content_preview": f"Fact {n}",
        "memory_type": ("fact", "preference", "conversation")[n % 3],
        "importance": 0.7,
        "memory_id": f"mem_{n}",
    },
    "memory_retrieve": lambda n: {"query": f"question {n}", "results_count": 1, "top_result_preview": "Fact"},
    "memory_update": lambda n: {"memory_id": f"mem_{n}", "field": "importance", "old_value": 0.6, "new_value": 0.7},
    "memory_debug_operation": lambda n: {
        "operation_type": "add_memory",
        "timestamp": iso_now(),
        "details": {"memory_id": f"mem_{n}"},
    },
    "memory_debug_stats": _stats,
    "memory_debug_search": _search,
    "memory_debug_reinforce": lambda n: {
        "memory_id": f"mem_{n}",
        "strength": 0.5,
        "success": True,
        "memory_preview": "User likes jazz",
    },
    "memory_debug_forget": lambda n: {"memory_id": f"mem_{n}", "success": n % 2 == 0, "memory_preview": None},
    "memory_debug_snapshot": lambda n: {
        "action": ("create", "save", "load", "apply")[n % 4],
        "snapshot_id": f"snap_{n}",
        "success": True,
        "metadata": {"memories": n},
    },
    "tool_call": lambda n: {"tool_name": "get_weather", "parameters": {"city": "Rabat", "n": n}},
    "tool_result": lambda n: {"tool_name": "get_weather", "result_preview": f"{n} degrees", "duration_seconds": 0.06},
    "tool_error": lambda n: {"tool_name": "get_weather", "message": f"no route ({n})", "details": None},
    "latency_trace": _latency,
    "component_timing": lambda n: {"component": "llm", "operation": "generate_response", "duration_seconds": 0.5},
    "component_stats": lambda n: {
        "components": {
            "llm": {
                "generate_response": {
                    "avg_seconds": 0.5,
                    "max_seconds": 0.9,
                    "min_seconds": 0.2,
                    "count": n,
                    "total_seconds": 0.5 * n,
                }
            }
        }
    },
    "system_metrics": lambda n: {
        "memory_mb": 500.0 + n % 50,
        "cpu_percent": float(n % 100),
        "gpu_vram_mb": None,
        "uptime_seconds": float(n),
    },
    "system_info": lambda n: {"platform": "Linux", "cpu_count": 8, "n": n},
    "system_error": lambda n: {"message": f"something broke ({n})", "level": "warning", "details": None},
    # Coda 0.1.2 never sends these two; the old dashboard waited for them.
    "mode_change": lambda n: {"mode": ("listening", "thinking", "speaking")[n % 3], "previous_mode": "idle"},
    "emotion_change": lambda n: {"emotion": ("happy", "curious")[n % 2], "previous_emotion": "neutral"},
}

# The data field of each type that a page shows, so that a marker in it is visible.
TEXT_FIELDS: Dict[str, str] = {
    "conversation_turn": "content",
    "stt_interim": "text",
    "stt_result": "text",
    "stt_error": "message",
    "llm_token": "token",
    "llm_result": "text",
    "llm_error": "message",
    "tts_start": "text",
    "tts_error": "message",
    "memory_store": "content_preview",
    "memory_retrieve": "query",
    "tool_error": "message",
    "tool_result": "result_preview",
    "system_error": "message",
}
