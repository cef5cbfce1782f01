"""One good request of each type that the protocol knows."""

from tests.house import Json, message

EVERY: dict[str, Json] = {
    "threads.create": {"input": message()},
    "threads.add_user_message": {"thread_id": "thr_x", "input": message()},
    "threads.retry_after_item": {"thread_id": "thr_x", "item_id": "msg_x"},
    "threads.get_by_id": {"thread_id": "thr_x"},
    "threads.list": {"limit": 20, "order": "desc", "after": None},
    "threads.update": {"thread_id": "thr_x", "title": "A title"},
    "threads.delete": {"thread_id": "thr_x"},
    "items.list": {"thread_id": "thr_x", "limit": 20, "order": "asc", "after": None},
    "items.feedback": {"thread_id": "thr_x", "item_ids": ["msg_x"], "kind": "positive"},
    "threads.add_client_tool_output": {"thread_id": "thr_x", "result": {"any": None}},
    "threads.add_structured_input": {"thread_id": "thr_x", "item_id": "msg_x", "input": {"answers": {}}},
    "threads.custom_action": {"thread_id": "thr_x", "action": {"type": "go", "payload": {}}},
    "threads.sync_custom_action": {"thread_id": "thr_x", "action": {"type": "go", "payload": {}}},
    "attachments.create": {"name": "a.txt", "size": 1, "mime_type": "text/plain"},
    "attachments.delete": {"attachment_id": "atc_x"},
    "input.transcribe": {"audio_base64": "AA==", "mime_type": "audio/mp4"},
}
