//! Units in data – named as UDUNITS does, which the CF conventions ask for – as the symbols that people know: `°C` for `degC`,
//! `m s⁻¹` for `m s-1`.

use mapreel_geo::superscript;

/// Names of units in UDUNITS, in lower case, and their symbols.
const SYMBOLS: [(&str, &str); 39] = [
    ("degc", "°C"),
    ("deg_c", "°C"),
    ("deg c", "°C"),
    ("degree_c", "°C"),
    ("degrees_c", "°C"),
    ("degreec", "°C"),
    ("degreesc", "°C"),
    ("celsius", "°C"),
    ("degree_celsius", "°C"),
    ("degrees_celsius", "°C"),
    ("degree celsius", "°C"),
    ("degrees celsius", "°C"),
    ("degf", "°F"),
    ("deg_f", "°F"),
    ("degree_f", "°F"),
    ("degrees_f", "°F"),
    ("fahrenheit", "°F"),
    ("degree_fahrenheit", "°F"),
    ("degrees_fahrenheit", "°F"),
    ("kelvin", "K"),
    ("degk", "K"),
    ("degree_kelvin", "K"),
    ("degrees_kelvin", "K"),
    ("percent", "%"),
    ("degree", "°"),
    ("degrees", "°"),
    ("meter", "m"),
    ("meters", "m"),
    ("metre", "m"),
    ("metres", "m"),
    ("kilometers", "km"),
    ("kilometres", "km"),
    ("millimeters", "mm"),
    ("millimetres", "mm"),
    ("pascal", "Pa"),
    ("pascals", "Pa"),
    ("hectopascal", "hPa"),
    ("hectopascals", "hPa"),
    ("um", "µm"),
];

/// The units that may have an exponent. Others, such as `CO2`, end in digits of their own.
const WITH_EXPONENTS: [&str; 42] = [
    "m", "cm", "mm", "km", "dm", "nm", "µm", "um", "s", "h", "hr", "d", "day", "days", "min", "yr", "year", "g", "kg",
    "mg", "ug", "µg", "K", "J", "kJ", "MJ", "W", "kW", "mW", "N", "Pa", "hPa", "mol", "mmol", "umol", "L", "l", "ha",
    "sr", "Hz", "degC", "rad",
];

/// The units that servers give to data without units.
const NO_UNITS: [&str; 5] = ["", "1", "none", "unitless", "dimensionless"];

/// Units as symbols; `None` for data without units. A text of which any part is unknown stays as it is.
pub fn shown(units: &str) -> Option<String> {
    let small = units.to_ascii_lowercase();
    if NO_UNITS.contains(&&*small) {
        return None;
    }
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(name, _)| *name == small) {
        return Some((*symbol).to_owned());
    }
    let factors: Option<Vec<String>> = units.split(' ').map(quotient).collect();
    Some(factors.map_or_else(|| units.to_owned(), |factors| factors.join(" ")))
}

/// Units with at most one division: `m/s2`, `m`.
fn quotient(units: &str) -> Option<String> {
    let factors: Option<Vec<String>> = units.split('/').map(power).collect();
    Some(factors?.join("/"))
}

/// A unit with its exponent, which follows `^`, `**` or the unit itself: `m^2`, `s-1`, `K`.
fn power(unit: &str) -> Option<String> {
    let end = unit.find(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '^' | '*')).unwrap_or(unit.len());
    let (symbol, exponent) = unit.split_at(end);
    let shown = if symbol == "degC" { "°C" } else { symbol };
    if exponent.is_empty() {
        return Some(shown.to_owned());
    }
    let exponent = exponent.strip_prefix("**").or_else(|| exponent.strip_prefix('^')).unwrap_or(exponent);
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-9..=9).contains(exponent))?;
    let exponent = if exponent == 1 { String::new() } else { superscript(exponent) };
    WITH_EXPONENTS.contains(&symbol).then(|| format!("{shown}{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn units_of_udunits_are_shown_by_their_symbols() {
        let check = |units: &str, expected: &str| assert_eq!(shown(units).as_deref(), Some(expected), "{units}");
        for celsius in ["degC", "deg_C", "degree_Celsius", "degrees Celsius", "Celsius", "°C"] {
            check(celsius, "°C");
        }
        check("kelvin", "K");
        check("percent", "%");
        check("m s-1", "m s⁻¹");
        check("m s**-1", "m s⁻¹");
        check("kg m^-2 s^-1", "kg m⁻² s⁻¹");
        check("W/m2", "W/m²");
        check("m/s", "m/s");
        check("m1 s-2", "m s⁻²");
        check("degC m-1", "°C m⁻¹");
        check("mm day-1", "mm day⁻¹");
    }

    #[test]
    fn what_is_not_understood_as_a_whole_stays_as_it_is() {
        for units in [
            "psu",
            "PSU",
            "dBZ",
            "mmol CO2 m-2",
            "1e-3",
            "kg-m",
            "s-",
            "m-12",
            "m^",
            "m 2",
            "-1",
            "log10(mg m-3)",
            "Θερμοκρασία",
            "days since 1970-01-01",
            "m**",
            "m**+-2",
        ] {
            assert_eq!(shown(units).as_deref(), Some(units));
        }
    }

    #[test]
    fn data_without_units_show_none() {
        for units in ["", "1", "None", "unitless", "dimensionless"] {
            assert_eq!(shown(units), None, "{units}");
        }
    }
}
