//! What keeps a command from doing its work: a message, perhaps a hint, and the exit code.

use std::fmt;

use crate::exit::Exit;

/// An error for the person at the keyboard.
#[derive(Debug)]
pub(crate) struct Complaint {
    /// How the command ends.
    pub(crate) exit: Exit,
    message: String,
    hint: String,
    /// The message says itself that it is an error, and where.
    is_told: bool,
}

impl Complaint {
    /// The command line or a file is wrong: nothing ran.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self { exit: Exit::Wrong, message: message.into(), hint: String::new(), is_told: false }
    }

    /// The machine does not play along.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { exit: Exit::Invalid, message: message.into(), hint: String::new(), is_told: false }
    }

    /// Mistakes in a file, with their places.
    pub(crate) fn told(mistakes: String) -> Self {
        Self { is_told: true, ..Self::wrong(mistakes) }
    }

    /// Part of a later version.
    pub(crate) fn not_yet(what: &str) -> Self {
        Self::wrong(format!("not yet: {what} comes with a later version of pbxsim"))
            .hint("what there is: pbxsim --help")
    }

    /// With a way out; lines of their own, an empty hint adds nothing.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_told {
            return f.write_str(&self.message);
        }
        writeln!(f, "error: {}", self.message)?;
        self.hint.lines().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl std::error::Error for Complaint {}
