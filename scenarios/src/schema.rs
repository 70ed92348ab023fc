//! JSON Schema (draft 7) of the language, from the tables the parser uses: for completion in editors.
//!
//! It is a little wider than the parser: what a sentence or a value must be in full, only the parser knows.

use serde_json::{Map, Value as Json, json};
use simulator::licence::feature::Feature;

use crate::check::{RETRIES, default_word};
use crate::language::{Block, DEVICES, ENTRY, FEATURES, Key, Keys, TOP, VERBS, Value};

/// The schema; keys of a later version are left out.
pub fn schema() -> Json {
    let mut schema = block(&TOP);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("pbxsim scenario");
    schema
}

fn block(block: &'static Block) -> Json {
    let mut properties = Map::new();
    for key in block.keys.iter().filter(|key| key.exists) {
        properties.insert(key.name.to_owned(), property(key));
    }
    let required: Vec<&str> = block.keys.iter().filter(|key| key.default == "required").map(|key| key.name).collect();
    let mut schema = json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &'static Key) -> Json {
    let mut schema = value(&key.value);
    if let Some(word) = default_word(key) {
        schema = json!({ "anyOf": [schema, { "const": word }] });
    }
    let rule = if key.rule.is_empty() { String::new() } else { format!(" ({})", key.rule) };
    let default = if key.default.is_empty() { String::new() } else { format!(". Default: {}", key.default) };
    schema["description"] = json!(format!("{}{rule}{default}", key.meaning));
    schema
}

fn value(value_: &'static Value) -> Json {
    match value_ {
        Value::Block(inner) => block(inner),
        Value::Entry => entry(),
        Value::List(inner) => json!({ "type": ["array", "null"], "items": value(inner) }),
        Value::OneOrMore(inner) => {
            let one = value(inner);
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        Value::Map(keys, inner) => map(*keys, inner),
        Value::Either(values) => json!({ "anyOf": values.iter().map(value).collect::<Vec<_>>() }),
        Value::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Value::Flag => json!({ "type": "boolean" }),
        Value::Words(words) => one_of(words.iter().filter(|word| word.exists).map(|word| word.text)),
        Value::Any => json!({}),
        scalar => pattern(scalar),
    }
}

/// YAML readers see some words as booleans or numbers.
fn one_of(words: impl Iterator<Item = &'static str>) -> Json {
    let as_yaml = |word: &str| match word {
        "true" => json!(true),
        "false" => json!(false),
        _ => word.parse::<u64>().map_or_else(|_| json!(word), |number| json!(number)),
    };
    json!({ "enum": words.map(as_yaml).collect::<Vec<_>>() })
}

fn pattern(value: &Value) -> Json {
    let text = |pattern: String| json!({ "type": "string", "pattern": pattern });
    // A clock may look like a number of base 60.
    let or_number = |pattern: String| json!({ "type": ["string", "number"], "pattern": pattern });
    match value {
        Value::Duration => text(format!("^{}$", duration())),
        Value::Distribution => text(format!("^{}$", distribution())),
        Value::WallClock => or_number(format!("^{CLOCK}$")),
        Value::Instant => or_number(format!(r"^(\+ *{}|{CLOCK}|[A-Za-z].*)$", duration())),
        Value::Text => json!({ "type": ["string", "number"], "maxLength": 200 }),
        Value::Rate => text(format!("^{NUMBER} ?/(s|min|h|d)$")),
        Value::Traffic => text(format!("^{NUMBER} ?(E|/(s|min|h|d))( each)?$")),
        Value::Percent => text(format!("^{NUMBER} ?%$")),
        Value::Amount => {
            json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, text(format!("^(all|{NUMBER} ?%)$"))] })
        }
        Value::Range => text(r"^[0-9]+\.\.[0-9]+$".to_owned()),
        Value::Version => text("^V[0-9]+(SR[0-9]+)?$".to_owned()),
        Value::Name | Value::Node | Value::Site => text("^[A-Za-z][A-Za-z0-9-]*$".to_owned()),
        Value::Feature => one_of(Feature::ALL.into_iter().filter(|one| one.is_simulated()).map(Feature::name)),
        Value::Retries => {
            json!({ "anyOf": [{ "enum": RETRIES }, text(format!("^after +{}$", distribution()))] })
        }
        _ => json!({ "type": ["string", "number"] }),
    }
}

const NUMBER: &str = r"[0-9]+(\.[0-9]+)?";
const CLOCK: &str = "([0-9]{4}-[0-9]{2}-[0-9]{2} )?([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?";

fn duration() -> String {
    format!("{NUMBER} ?(us|ms|s|min|h|d)")
}

fn distribution() -> String {
    let time = duration();
    let law = format!(r"({time}|{time} *\.\. *{time}|exponential +{time}|lognormal +{time} +sigma +{NUMBER})");
    format!("{law}( at (least|most) +{time})*")
}

fn map(keys: Keys, inner: &'static Value) -> Json {
    let inner = value(inner);
    let open = |pattern: &str| json!({ "type": ["object", "null"], "patternProperties": { pattern: inner }, "additionalProperties": false });
    match keys {
        Keys::Declared | Keys::Node => open("^[A-Za-z][A-Za-z0-9-]*$"),
        Keys::Link => open("^(between|inside|.+ - .+)$"),
        Keys::Licence | Keys::LicenceOrCredits => {
            let names: Vec<&str> = Feature::ALL.into_iter().map(|feature| feature.licence().name).collect();
            open(&format!("^({})[0-9]*(%[0-9]+)?$", names.join("|")))
        }
        Keys::Device => closed(DEVICES.iter().filter(|word| word.exists).map(|word| word.text), &inner),
        Keys::FeatureWord => closed(FEATURES.iter().filter(|word| word.exists).map(|word| word.text), &inner),
        Keys::Free | Keys::Path => json!({ "type": ["object", "null"], "additionalProperties": inner }),
    }
}

fn closed(words: impl Iterator<Item = &'static str>, inner: &Json) -> Json {
    let properties: Map<String, Json> = words.map(|word| (word.to_owned(), inner.clone())).collect();
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

/// An entry has exactly one verb.
fn entry() -> Json {
    let mut schema = block(&ENTRY);
    let exists = |name: &str| ENTRY.key(name).is_some_and(|key| key.exists);
    let verbs = VERBS.iter().filter(|verb| exists(verb.name));
    schema["oneOf"] = verbs.map(|verb| json!({ "required": [verb.name] })).collect();
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_what_exists_and_nothing_later() {
        let schema = schema();
        let node = &schema["properties"]["cluster"]["patternProperties"]["^[A-Za-z][A-Za-z0-9-]*$"]["properties"];
        assert_eq!(node["when-full"]["enum"], json!(["refuse", "drop", "rfc7339"]));
        assert!(node["mac"].is_object());
        assert!(node["retry-after"].to_string().contains("lognormal"));
        assert_eq!(schema["required"], json!(["pbxsim", "lasts"]));
        let wire = &schema["properties"]["wire"]["properties"];
        assert!(wire["may-load"].is_object() && wire["ports"] == Json::Null, "{wire:#}");
        assert_eq!(schema["properties"]["timeline"]["items"]["oneOf"].as_array().map(Vec::len), Some(21));
    }
}
