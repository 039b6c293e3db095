//! A page without a browser: the models, fed with events of the server and messages of the user.

use std::sync::Arc;

use coda_dashboard::link::{FrameId, MessageId, MessageState, MessageStatus, Origin, ServerEvent};
use coda_dashboard::model::{Avatar, Conversation, Outgoing, Role, Turn};
use coda_dashboard::protocol::{Command, Frame, Instant, Moment, decode, utc_from_millis};
use serde_json::{Value, json};

pub struct Page {
    pub conversation: Conversation,
    pub avatar: Avatar,
    pub epoch: u32,
    /// Milliseconds; each event and state takes one.
    pub now: u64,
    ids: u64,
}

impl Page {
    pub fn new() -> Self {
        Self { conversation: Conversation::default(), avatar: Avatar::default(), epoch: 1, now: 0, ids: 0 }
    }

    fn tick(&mut self) -> Moment {
        self.now += 1;
        Moment {
            mono: Instant::from_millis(self.now),
            wall: utc_from_millis(1_795_374_566_500 + i64::try_from(self.now).unwrap()),
        }
    }

    /// Receives an event from the server.
    pub fn event(&mut self, kind: &str, data: Value) {
        let at = self.tick();
        let frame = json!({"type": kind, "seq": self.now, "data": data}).to_string();
        let Ok(Frame::Event(envelope)) = decode(&frame) else { panic!("not an event: {frame}") };
        let event = ServerEvent {
            frame: FrameId(self.now),
            epoch: self.epoch,
            seq: envelope.seq,
            time: at.wall,
            at,
            replayed: false,
            answers: None,
            event: envelope.event,
        };
        self.conversation.apply_event(&event);
        self.avatar.apply(&event.event, event.at.mono);
    }

    pub fn said(&mut self, role: &str, content: &str) {
        self.event("conversation_turn", json!({"role": role, "content": content}));
    }

    /// Receives tokens of a reply, numbered from `first`.
    pub fn tokens(&mut self, first: usize, pieces: &[&str]) {
        for (at, piece) in pieces.iter().enumerate() {
            self.event("llm_token", json!({"token": piece, "token_index": first + at}));
        }
    }

    pub fn send(&mut self, text: &str) -> MessageStatus {
        self.send_in_place_of(text, None)
    }

    pub fn send_in_place_of(&mut self, text: &str, resend_of: Option<MessageId>) -> MessageStatus {
        self.ids += 1;
        let created = self.tick();
        let status = MessageStatus {
            id: MessageId::parse(&format!("{:032x}", self.ids)).unwrap(),
            command: Arc::new(Command::TextInput { text: text.into() }),
            origin: Origin::new("test", "say"),
            created,
            resend_of,
            at: created,
            state: MessageState::Queued,
        };
        self.conversation.apply_message(&status);
        status
    }

    pub fn becomes(&mut self, message: &MessageStatus, state: MessageState) {
        self.conversation.apply_message(&MessageStatus { state, ..message.clone() });
    }

    pub fn disconnected(&mut self) {
        self.conversation.disconnected();
        self.avatar.disconnected();
    }

    pub fn turns(&self) -> Vec<(Role, &str)> {
        self.conversation.turns().iter().map(|turn| (turn.role, turn.text.as_str())).collect()
    }

    pub fn last(&self) -> &Turn {
        self.conversation.turns().back().expect("a turn")
    }

    pub fn own(&self, message: &MessageStatus) -> &Outgoing {
        let outgoing = self.conversation.turns().iter().filter_map(|turn| turn.outgoing.as_ref());
        outgoing.into_iter().find(|own| own.id == message.id).expect("its entry")
    }
}
