"""The conversation and the box below it."""

from dataclasses import dataclass

import gradio as gr

from playground.ui.panels.board import build_board
from playground.ui.panels.drawn import drawn

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "\\[", "right": "\\]", "display": True},
    {"left": "\\(", "right": "\\)", "display": False},
]


@dataclass(frozen=True, slots=True)
class ChatPanel:
    """The stream writes to `feed`; the browser hands it on to `chat`, `index` and `asks`, or to the `board`.

    A component that a running event writes to counts as busy, and the chat's own buttons would be off for as long as
    the page looks on. And the chat is never an input: a client could send back a history of its own.
    """

    feed: gr.HTML
    board: gr.HTML
    chat: gr.Chatbot
    index: gr.JSON
    asks: gr.HTML
    files: gr.HTML
    earlier: gr.Button
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button


def build_chat() -> ChatPanel:
    """A column that fills the page."""
    feed = drawn("feed.js", {}, elem_id="feed", classes=["unseen"], uses=["make.js", "mounted.js"])
    index = gr.JSON({}, visible=False)
    with gr.Column(elem_id="conversation", scale=1):
        earlier = gr.Button("Show earlier", size="sm", elem_id="earlier")
        board = build_board()
        chat = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            label="Conversation",
            container=False,
            height="100%",
            scale=1,
            layout="bubble",
            group_consecutive_messages=False,
            buttons=["copy"],
            editable="user",
            feedback_options=["Like", "Dislike"],
            sanitize_html=True,
            allow_tags=False,
            latex_delimiters=LATEX,
            autoscroll=True,
        )
        asks = drawn("asks.js", {}, elem_id="asks", uses=["make.js", "cards.js"])
    with gr.Column(elem_id="composer"):
        drawn("me.js", {}, elem_id="me", uses=["make.js"])
        with gr.Row(elem_id="message"):
            files = drawn("files.js", {}, elem_id="files", uses=["make.js", "dictate.js"])
            box = gr.Textbox(
                label="Message",
                show_label=False,
                placeholder="Message the agent",
                lines=1,
                max_lines=10,
                container=False,
                autofocus=True,
                elem_id="box",
                scale=1,
            )
            stop = gr.Button("Stop", elem_id="stop", min_width=40, scale=0)
            send = gr.Button("Send", variant="primary", elem_id="send", min_width=40, scale=0)
    return ChatPanel(feed, board, chat, index, asks, files, earlier, box, send, stop)
