//! Values in Python's notation, in which Coda sends the results of many tools: `{'sky': 'sunny', 'rain': None}`.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Number, Value};

/// How deep values may be nested.
const MAX_DEPTH: u32 = 32;

/// Reads a dictionary, list or tuple of plain values. Returns `None` for anything else, so that the text is shown as it
/// came.
#[must_use]
pub fn python_value(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[', '(']) {
        return None;
    }
    let mut reader = Reader { rest: text.chars().peekable() };
    let value = reader.value(0)?;
    reader.skip_space();
    reader.rest.next().is_none().then_some(value)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        while self.rest.next_if(|letter| letter.is_whitespace()).is_some() {}
    }

    /// Skips a sign, if it is the next one.
    fn skip(&mut self, sign: char) -> bool {
        self.skip_space();
        self.rest.next_if_eq(&sign).is_some()
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_space();
        match *self.rest.peek()? {
            '{' => self.dictionary(depth).map(Value::Object),
            '[' => self.list('[', ']', depth).map(Value::Array),
            '(' => self.list('(', ')', depth).map(Value::Array),
            '\'' | '"' => self.text().map(Value::String),
            _ => self.word(),
        }
    }

    fn dictionary(&mut self, depth: u32) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        self.skip('{');
        while !self.skip('}') {
            let key = match self.value(depth + 1)? {
                Value::String(key) => key,
                key @ (Value::Number(_) | Value::Bool(_)) => key.to_string(),
                _ => return None,
            };
            if !self.skip(':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            if !self.skip(',') {
                return self.skip('}').then_some(members);
            }
        }
        Some(members)
    }

    fn list(&mut self, open: char, close: char, depth: u32) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        self.skip(open);
        while !self.skip(close) {
            items.push(self.value(depth + 1)?);
            if !self.skip(',') {
                return self.skip(close).then_some(items);
            }
        }
        Some(items)
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.next()?;
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                letter if letter == quote => return Some(text),
                '\\' => text.push(self.escaped()?),
                letter => text.push(letter),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        match self.rest.next()? {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'x' => self.code(2),
            'u' => self.code(4),
            'U' => self.code(8),
            letter @ ('\\' | '\'' | '"') => Some(letter),
            _ => None,
        }
    }

    /// A character by its code in hexadecimal digits.
    fn code(&mut self, digits: u32) -> Option<char> {
        let mut code = 0_u32;
        for _ in 0..digits {
            code = code.checked_mul(16)? + self.rest.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }

    /// A number or a constant.
    fn word(&mut self) -> Option<Value> {
        let mut word = String::new();
        while let Some(letter) = self.rest.next_if(|letter| letter.is_ascii_alphanumeric() || "+-._".contains(*letter))
        {
            word.push(letter);
        }
        match word.as_str() {
            "None" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            word => word.parse::<Number>().ok().map(Value::Number),
        }
    }
}
