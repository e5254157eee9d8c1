//! The versions of the WMS.

use crate::parameters::Parameters;

/// A version that the service supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// OGC 01-068r3.
    V111,
    /// OGC 06-042.
    V130,
}

impl Version {
    /// The version in which a request is answered: the highest that is not above the requested one; if there is none, the
    /// lowest (version negotiation, OGC 06-042, 6.2.4).
    /// A request without a version that names an SRS is one of 1.1.1.
    pub(crate) fn of(asked: &Parameters) -> Self {
        let Some(version) = asked.get("VERSION").or(asked.get("WMTVER")) else {
            return if asked.get("SRS").is_some() { Self::V111 } else { Self::V130 };
        };
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
        let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if (major, minor) >= (1, 3) { Self::V130 } else { Self::V111 }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;
    use crate::parameters::Parameters;

    #[test]
    fn versions_are_negotiated() {
        let check =
            |query: &str, expected| assert_eq!(Version::of(&Parameters::read(query).unwrap()), expected, "{query}");
        for query in ["", "version=1.3.0", "version=1.3", "version=2.0.0", "version=1.4.1"] {
            check(query, Version::V130);
        }
        for query in ["version=1.1.1", "version=1.1.0", "wmtver=1.0.0", "version=1.2.9", "srs=EPSG:4326", "version=x"] {
            check(query, Version::V111);
        }
    }
}
