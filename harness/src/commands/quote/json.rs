//! A quote as JSON: one object for a file, with one quote per variant; money in hundredths.

use reports::render::safe_json;
use scenarios::quote::{OrderLine, PartsLine, Quote, Shared};
use serde_json::{Value, json};

use crate::prices::Prices;

/// Version of this format: it grows when a field changes its meaning or goes.
const FORMAT: u32 = 1;

/// All quotes of one file.
pub(super) fn render(quotes: &[Quote], prices: Option<&Prices>) -> String {
    let all: Vec<Value> = quotes.iter().map(|one| quote(one, prices)).collect();
    let value = json!({ "pbxsim-quote": FORMAT, "quotes": all });
    format!("{}\n", safe_json(&serde_json::to_string_pretty(&value).unwrap_or_default()))
}

fn quote(quote: &Quote, prices: Option<&Prices>) -> Value {
    let each = |name: &str| prices.and_then(|prices| prices.of(name));
    let order = |one: &OrderLine| {
        let price = each(&one.name);
        let sum = price.map(|price| price.saturating_mul(one.units));
        json!({ "node": one.node, "licence": one.name, "units": one.units, "each": price, "price": sum })
    };
    let shared =
        |one: &Shared| json!({ "stock": one.node, "feature": one.feature, "asked": one.asked, "usable": one.usable });
    let parts = |one: &PartsLine| {
        json!({
            "population": one.population,
            "users": one.users,
            "parts": one.parts,
            "uc": one.uc,
            "parts-each": prices.and_then(|prices| prices.sum(&one.parts)),
            "uc-each": each(&one.uc),
        })
    };
    json!({
        "file": quote.path,
        "variant": quote.variant,
        "orders": quote.orders.iter().map(order).collect::<Vec<_>>(),
        "shared": quote.shared.iter().map(shared).collect::<Vec<_>>(),
        "uc-instead-of-parts": quote.bundles.iter().map(parts).collect::<Vec<_>>(),
    })
}
