//! `pbxsim audit`: which licences count, which rule is broken, and whether everything asked for is covered.

mod json;
mod text;

use crate::args::{AuditArgs, TextOrJson};
use crate::commands::which_scenario;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{scenario_files, screen};

/// Audits a file, or each of its variants.
pub(super) fn audit(args: &AuditArgs) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("audit")) };
    let bytes = scenario_files::read(file)?;
    let name = file.to_string_lossy();
    let text = scenarios::decode(&name, bytes);
    let variant = args.variant.as_deref();
    let audited = text.and_then(|text| scenarios::audit(&name, &text, &args.overrides, variant));
    let audits = match audited {
        Err(mistakes) => {
            screen::tell(&mistakes.render());
            return Ok(Exit::Wrong);
        }
        Ok((audits, warnings)) => {
            if !warnings.is_empty() {
                screen::tell(&warnings.render());
            }
            audits
        }
    };
    let shown = match args.format {
        TextOrJson::Json => json::render(&audits),
        TextOrJson::Text => audits.iter().map(text::render).collect::<Vec<_>>().join("\n"),
    };
    screen::print(&shown)?;
    Ok(if audits.iter().all(scenarios::audit::Audit::is_covered) { Exit::Held } else { Exit::Failed })
}
