//! A quote as text of 80 columns.

use reports::units::count;
use scenarios::quote::{PartsLine, Quote};

use crate::paragraph::paragraph;
use crate::prices::{Prices, money};

/// The whole of it.
pub(super) fn render(quote: &Quote, prices: Option<&Prices>) -> String {
    let variant = quote.variant.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let mut lines = if quote.orders.is_empty() {
        paragraph("", &format!("{}{variant}: nothing to order.", quote.path))
    } else {
        let head = if prices.is_some() { format!("{:>14}{:>16}", "each", "price") } else { String::new() };
        vec![format!("{}{variant}: to order", quote.path), format!("{:<36}{:>12}{head}", "", "units")]
    };
    orders(&mut lines, quote, prices);
    shared(&mut lines, quote);
    bundles(&mut lines, quote, prices);
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn orders(lines: &mut Vec<String>, quote: &Quote, prices: Option<&Prices>) {
    let mut node = "";
    let (mut total, mut without) = (0u64, Vec::new());
    for order in &quote.orders {
        if order.node != node {
            node = &order.node;
            lines.push(format!("  to bind at {node}"));
        }
        let each = prices.map(|prices| prices.of(&order.name));
        let money = match each {
            None => String::new(),
            Some(None) => {
                without.push(order.name.as_str());
                format!("{:>14}{:>16}", "-", "-")
            }
            Some(Some(each)) => {
                let sum = each.saturating_mul(order.units);
                total = total.saturating_add(sum);
                format!("{:>14}{:>16}", money(each), money(sum))
            }
        };
        if order.name.chars().count() > 32 {
            lines.push(format!("    {}", order.name));
            lines.push(format!("{:>48}{money}", count(order.units)));
        } else {
            lines.push(format!("    {:<32}{:>12}{money}", order.name, count(order.units)));
        }
    }
    if prices.is_some() && !quote.orders.is_empty() {
        lines.push(format!("  {:<62}{:>14}", "total", money(total)));
        if !without.is_empty() {
            let names = format!("without a price, and not in the total: {}", without.join(", "));
            lines.extend(paragraph("  ", &names));
        }
    }
}

fn shared(lines: &mut Vec<String>, quote: &Quote) {
    if quote.shared.is_empty() {
        return;
    }
    lines.extend([String::new(), "Shared by people who come and go".to_owned()]);
    for one in &quote.shared {
        let about = format!(
            "{} at {}: {} for up to {}; how many are enough is told by pbxsim run",
            one.feature,
            one.node,
            count(one.usable),
            count(one.asked)
        );
        lines.extend(paragraph("  ", &about));
    }
}

/// R57-R59.
fn bundles(lines: &mut Vec<String>, quote: &Quote, prices: Option<&Prices>) {
    if quote.bundles.is_empty() {
        return;
    }
    lines.extend([String::new(), "UC instead of single parts (R57, R59)".to_owned()]);
    for one in &quote.bundles {
        let parts = one.parts.join(" + ");
        lines.extend(paragraph(
            "  ",
            &format!("{} of {}: {parts}, or one {}", count(one.users), one.population, one.uc),
        ));
        lines.extend(paragraph("      ", &compared(one, prices)));
    }
}

fn compared(one: &PartsLine, prices: Option<&Prices>) -> String {
    let number = one.parts.len();
    let each = if number == 1 { "1 unit each against 1".to_owned() } else { format!("{number} units each against 1") };
    let Some((parts, uc)) = prices.and_then(|prices| Some((prices.sum(&one.parts)?, prices.of(&one.uc)?))) else {
        return format!("{each}; prices of all of them would tell which is cheaper");
    };
    let verdict = match parts.cmp(&uc) {
        core::cmp::Ordering::Greater => format!("UC saves {}", money((parts - uc).saturating_mul(one.users))),
        core::cmp::Ordering::Less => format!("single parts save {}", money((uc - parts).saturating_mul(one.users))),
        core::cmp::Ordering::Equal => "the same".to_owned(),
    };
    format!("{each}, {} against {} each: {verdict}", money(parts), money(uc))
}
