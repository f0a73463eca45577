//! Proxies of mailboxes: they fetch the pictures of a mail, whether anybody looks at it or not.

/// Their names in model files.
pub const PROXIES: [&str; 3] = ["apple", "gmail", "yahoo"];

/// Which of them a model leaves out of account: one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxies(u8);

impl Proxies {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b111);

    /// Those of these names.
    #[must_use]
    pub fn named<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let bit = |name: &str| PROXIES.iter().position(|p| *p == name).map_or(0, |at| 1 << at);
        Self(names.fold(0, |bits, name| bits | bit(name)))
    }

    /// Their names.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        PROXIES.iter().enumerate().filter(|(at, _)| self.0 >> at & 1 == 1).map(|(_, name)| *name).collect()
    }

    /// Whether one of these fetched the picture, by the name of the program.
    #[must_use]
    pub fn fetched(self, agent: &str) -> bool {
        let agent = agent.trim();
        let by = |at: u8| self.0 >> at & 1 == 1;
        // Apple's names nothing but this; no program of a person is so short of words.
        (by(0) && agent == "Mozilla/5.0")
            || (by(1) && (agent.contains("GoogleImageProxy") || agent.contains("ggpht.com")))
            || (by(2) && agent.contains("YahooMailProxy"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPLE: &str = "Mozilla/5.0";

    const GMAIL: &str = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";

    const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";

    #[test]
    fn each_is_known_by_its_name_and_has_its_own_switch() {
        for (agent, own) in [(APPLE, "apple"), (GMAIL, "gmail"), (YAHOO, "yahoo")] {
            for name in PROXIES {
                assert_eq!(Proxies::named([name].into_iter()).fetched(agent), name == own, "{agent} {name}");
            }
            assert!(Proxies::ALL.fetched(agent) && !Proxies::NONE.fetched(agent));
        }
        assert_eq!(Proxies::named(["yahoo", "apple"].into_iter()).names(), ["apple", "yahoo"]);
    }

    #[test]
    fn programs_of_people_are_none() {
        for agent in
            ["", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15", "Mozilla/5.0 Thunderbird"]
        {
            assert!(!Proxies::ALL.fetched(agent), "{agent}");
        }
    }
}
