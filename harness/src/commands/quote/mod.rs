//! `pbxsim quote`: the units to order by licence and price tier, with the user's own prices.

mod json;
mod text;

use crate::args::{QuoteArgs, TextOrJson};
use crate::commands::which_scenario;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::prices::Prices;
use crate::{scenario_files, screen};

/// Quotes a file, or each of its variants.
pub(super) fn quote(args: &QuoteArgs) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("quote")) };
    let prices = args.prices.as_deref().map(Prices::read).transpose()?;
    let bytes = scenario_files::read(file)?;
    let name = file.to_string_lossy();
    let text = scenarios::decode(&name, bytes);
    let variant = args.variant.as_deref();
    let quotes = match text.and_then(|text| scenarios::quote(&name, &text, &args.overrides, variant)) {
        Err(mistakes) => {
            screen::tell(&mistakes.render());
            return Ok(Exit::Wrong);
        }
        Ok((quotes, warnings)) => {
            if !warnings.is_empty() {
                screen::tell(&warnings.render());
            }
            quotes
        }
    };
    let prices = prices.as_ref();
    let shown = match args.format {
        TextOrJson::Json => json::render(&quotes, prices),
        TextOrJson::Text => quotes.iter().map(|quote| text::render(quote, prices)).collect::<Vec<_>>().join("\n"),
    };
    screen::print(&shown)?;
    Ok(Exit::Held)
}
