//! `pbxsim new`: a commented scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use scenarios::Template;

use crate::args::New;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::screen;
use reports::shell::quoted;

/// Writes the template, unless something stands there.
pub(super) fn new(args: &New) -> Result<Exit, Complaint> {
    let path = &args.file;
    let template = Template::named(&args.template)
        .ok_or_else(|| Complaint::wrong(format!("no template is called \"{}\"", args.template)))?;
    write_new(path, &format!("{}{}", modeline(path), template.text))?;
    screen::print(&format!("Now: pbxsim run {}\n", quoted(&path.to_string_lossy())))?;
    Ok(Exit::Held)
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Complaint> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| refusal(path, &error))?;
    if let Err(error) = file.write_all(text.as_bytes()) {
        // Half a scenario helps nobody; it is ours, as it was not there before.
        let _ = fs::remove_file(path);
        return Err(Complaint::invalid(format!("{} was not written: {error}", path.display())));
    }
    Ok(())
}

fn refusal(path: &Path, error: &std::io::Error) -> Complaint {
    let shown = path.display();
    match error.kind() {
        ErrorKind::AlreadyExists => Complaint::wrong(format!("{shown} exists already; it was not touched"))
            .hint("choose another name, or move it away"),
        ErrorKind::NotFound => Complaint::wrong(format!("{shown} was not written: its folder does not exist")),
        ErrorKind::StorageFull | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Complaint::invalid(format!("{shown} was not written: {error}"))
        }
        _ => Complaint::wrong(format!("{shown} was not written: {error}")),
    }
}

/// What editors with a YAML language server look for, and how to make what it names.
fn modeline(path: &Path) -> String {
    let schema = path.with_file_name(SCHEMA);
    let schema = quoted(&schema.to_string_lossy());
    format!(
        "# yaml-language-server: $schema={SCHEMA}\n\
         # (completion and checks in your editor, once you have typed: pbxsim schema > {schema})\n\n"
    )
}

const SCHEMA: &str = "pbxsim.schema.json";
