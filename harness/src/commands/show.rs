//! `pbxsim show`: any rendering, later, from a run file.

use reports::render::text::{Options, Style};
use reports::render::{json, text};

use crate::args::{Format, Show};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{run_files, screen};

/// Renders a run file. What it shows may have failed: showing it has not.
pub(super) fn show(args: &Show) -> Result<Exit, Complaint> {
    args.format.only_what_exists()?;
    let path = run_files::find(&args.run)?;
    let run = run_files::read(&path)?;
    let shown = match args.format {
        Format::Json => json::render(&run),
        _ => {
            let style = Style { colour: screen::has_colour() };
            text::render(&run, &Options { style, path: Some(path.to_string_lossy().into_owned()), next: Vec::new() })
        }
    };
    screen::print(&shown)?;
    Ok(Exit::Held)
}
