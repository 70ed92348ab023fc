//! Standard output and standard error: the only place that writes to them, and what they are.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::complaint::Complaint;

/// Writes the answer of a command. A reader that has left early (`| head`) is no error.
pub(crate) fn print(text: &str) -> Result<(), Complaint> {
    print_bytes(text.as_bytes())
}

/// The same for an answer that need not be text.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Complaint> {
    let mut output = io::stdout().lock();
    match output.write_all(bytes).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Complaint::invalid(format!("standard output was not written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes beside the answer. If nobody can read it, nobody can be told either.
pub(crate) fn tell(text: &str) {
    let mut output = io::stderr().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// The same as a part of a command's work that cannot fail.
pub(crate) fn tell_all(text: &str) -> Result<(), Complaint> {
    tell(text);
    Ok(())
}

/// Whether the answer may have colours: a terminal that wants them.
pub(crate) fn has_colour() -> bool {
    let is_refused = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_refused("NO_COLOR") && !is_dumb()
}

/// Whether somebody would have to read the answer as it is.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether a line on standard error can be drawn over.
pub(crate) fn redraws() -> bool {
    io::stderr().is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb")
}
