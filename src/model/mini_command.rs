//! Coda's mini-commands: texts that begin with `#`, which it carries out instead of answering.

/// A mini-command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MiniCommand {
    /// With its `#`.
    pub name: &'static str,
    /// The values of its argument, if it has one.
    pub arguments: &'static [&'static str],
    /// Whether Coda needs the argument.
    pub needs_argument: bool,
    pub description: &'static str,
}

const FEEDBACK: &[&str] = &["helpfulness", "memory", "tone", "verbosity", "accuracy", "general"];

const fn command(name: &'static str, description: &'static str) -> MiniCommand {
    MiniCommand { name, arguments: &[], needs_argument: false, description }
}

/// All that Coda Lite 0.1.2 knows.
pub const MINI_COMMANDS: &[MiniCommand] = &[
    command("#help", "Show what Coda can do"),
    command("#show_memory", "Show what Coda remembers"),
    command("#summarize_session", "Summarize this session"),
    command("#summarize_day", "Summarize the day"),
    MiniCommand {
        name: "#reset_tone",
        arguments: &["casual", "formal", "technical", "concise"],
        needs_argument: true,
        description: "Set the tone of Coda's answers",
    },
    command("#mood_reset", "Reset Coda's mood"),
    command("#personality_insight", "Describe Coda's personality"),
    command("#apply_feedback", "Apply the feedback that Coda has"),
    MiniCommand {
        name: "#view_feedback",
        arguments: FEEDBACK,
        needs_argument: false,
        description: "Show the feedback that Coda has",
    },
    MiniCommand {
        name: "#view_feedback_memories",
        arguments: FEEDBACK,
        needs_argument: false,
        description: "Show what Coda remembers of feedback",
    },
    MiniCommand {
        name: "#feedback",
        arguments: FEEDBACK,
        needs_argument: false,
        description: "Have Coda ask for feedback (your next message)",
    },
    command("#debug_on", "Turn on Coda's debug mode"),
    command("#debug_off", "Turn off Coda's debug mode"),
];

/// A completion of what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MiniCompletion {
    /// The whole text after it was chosen.
    pub text: String,
    pub description: &'static str,
    /// Whether more can be typed after it.
    pub continues: bool,
}

/// Completes a text that begins with `#`: first the command, then its argument. A complete text has no completions.
#[must_use]
pub fn mini_completions(typed: &str) -> Vec<MiniCompletion> {
    if !typed.starts_with('#') || typed.contains('\n') {
        return Vec::new();
    }
    let Some((name, argument)) = typed.split_once(' ') else {
        let fits = |command: &&MiniCommand| command.name.starts_with(typed) && command.name != typed;
        let completion = |command: &MiniCommand| MiniCompletion {
            text: if command.needs_argument { format!("{} ", command.name) } else { command.name.to_owned() },
            description: command.description,
            continues: command.needs_argument,
        };
        return MINI_COMMANDS.iter().filter(fits).map(completion).collect();
    };
    let Some(command) = MINI_COMMANDS.iter().find(|command| command.name == name) else { return Vec::new() };
    let fits = |value: &&&str| value.starts_with(argument) && **value != argument;
    let completion = |value: &&str| MiniCompletion {
        text: format!("{name} {value}"),
        description: command.description,
        continues: false,
    };
    command.arguments.iter().filter(fits).map(completion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str) -> Vec<String> {
        mini_completions(typed).into_iter().map(|completion| completion.text).collect()
    }

    #[test]
    fn a_hash_completes_to_all_commands_and_a_beginning_to_those_that_fit() {
        assert_eq!(texts("#").len(), MINI_COMMANDS.len());
        assert_eq!(texts("#sum"), ["#summarize_session", "#summarize_day"]);
        assert_eq!(texts("#reset"), ["#reset_tone "], "it needs an argument");
    }

    #[test]
    fn an_argument_is_completed_after_the_command() {
        assert_eq!(
            texts("#reset_tone "),
            ["#reset_tone casual", "#reset_tone formal", "#reset_tone technical", "#reset_tone concise"]
        );
        assert_eq!(texts("#feedback t"), ["#feedback tone"]);
    }

    #[test]
    fn a_complete_command_and_any_other_text_have_no_completions() {
        for typed in ["", "hello", "# hello", "#help", "#feedback tone", "#nothing ", "#sum\n", "a #help"] {
            assert_eq!(texts(typed), [""; 0], "{typed}");
        }
    }
}
