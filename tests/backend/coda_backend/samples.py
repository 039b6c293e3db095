"""One sample of every event type, and the mix that a flood is made of."""

from __future__ import annotations

import itertools
from typing import Any, Iterator

SAMPLES: dict[str, dict[str, Any]] = {
    "conversation_start": {"session_id": "session_1", "timestamp": 1795374567.19},
    "conversation_turn": {"role": "system", "content": "flood", "turn_id": 1},
    "conversation_end": {"session_id": "session_1", "duration_seconds": 12.5, "turns_count": 2},
    "stt_start": {"mode": "push_to_talk"},
    "stt_interim": {"text": "what is", "confidence": 0.65},
    "stt_result": {"text": "what is", "confidence": 0.94, "duration_seconds": 0.2, "language": "en"},
    "stt_error": {"message": "No microphone", "details": None},
    "llm_start": {"model": "gemma2:2b", "prompt_tokens": 412, "system_prompt_preview": None},
    "llm_token": {"token": " word", "token_index": 0},
    "llm_result": {"text": "word", "total_tokens": 420, "duration_seconds": 0.3, "has_tool_calls": False},
    "llm_error": {"message": "Out of memory", "details": {"model": "gemma2:2b"}},
    "tts_start": {"text": "word", "voice": "Charlotte", "provider": "elevenlabs"},
    "tts_progress": {"percent_complete": 60},
    "tts_result": {"duration_seconds": 0.1, "audio_duration_seconds": 3.1, "char_count": 4},
    "tts_error": {"message": "Quota used up"},
    "tts_status": {"status": "loaded", "details": {"provider": "elevenlabs"}},
    "tts_stop": {"reason": None},
    "memory_store": {"content_preview": "likes jazz", "memory_type": "preference", "importance": 0.6, "memory_id": "m1"},
    "memory_retrieve": {"query": "jazz", "results_count": 1, "top_result_preview": "likes jazz"},
    "memory_update": {"memory_id": "m1", "field": "importance", "old_value": 0.6, "new_value": 0.75},
    "memory_debug_operation": {"operation_type": "add_memory", "timestamp": "2025-04-25T12:00:00", "details": {}},
    "memory_debug_stats": {
        "stats": {"short_term": {"turn_count": 6, "max_turns": 20}, "long_term": {"memory_count": 3, "max_memories": 1000}},
        "timestamp": "2025-04-25T12:00:00",
    },
    "memory_debug_search": {
        "query": "jazz",
        "memory_type": None,
        "min_importance": 0.0,
        "results": [{"id": "m1", "content": "likes jazz", "metadata": {"importance": 0.6}, "similarity": 0.91}],
        "results_count": 1,
    },
    "memory_debug_reinforce": {"memory_id": "m1", "strength": 0.5, "success": True, "memory_preview": "likes jazz"},
    "memory_debug_forget": {"memory_id": "m1", "success": True, "memory_preview": "likes jazz"},
    "memory_debug_snapshot": {"action": "create", "snapshot_id": "s1", "success": True, "metadata": {"memories": 3}},
    "tool_call": {"tool_name": "get_weather", "parameters": {"city": "Rabat"}},
    "tool_result": {"tool_name": "get_weather", "result_preview": "24", "duration_seconds": 0.06},
    "tool_error": {"tool_name": "get_weather", "message": "No network", "details": None},
    "latency_trace": {"stt_seconds": 0.2, "llm_seconds": 0.3, "tts_seconds": 0.1, "total_seconds": 0.6},
    "component_timing": {"component": "llm", "operation": "generate", "duration_seconds": 0.3},
    "component_stats": {"components": {"llm": {"generate": {"avg_seconds": 0.3, "count": 2}}}},
    "system_metrics": {"memory_mb": 38.4, "cpu_percent": 10.0, "gpu_vram_mb": 0, "uptime_seconds": 12.0},
    "system_info": {"platform": "Linux", "cpu_count": 8},
    "system_error": {"message": "Disk almost full", "level": "warning"},
    "mode_change": {"mode": "thinking", "previous_mode": "idle"},
    "emotion_change": {"emotion": "playful", "previous_emotion": "neutral"},
}


def mix(kind: str, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """`count` events: of one type, or with kind "default" 70 % tokens and the rest spread over all types.

    Their number goes along, so that the last one can be recognized.
    """
    others = itertools.cycle(name for name in SAMPLES if name != "llm_token")
    for number in range(count):
        if kind == "default":
            name = "llm_token" if number % 10 < 7 else next(others)
        else:
            name = kind
        yield name, {**SAMPLES[name], "flood": number}
