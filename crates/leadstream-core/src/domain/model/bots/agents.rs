//! Programs that call themselves what they are: crawlers, monitors, previews, scanners of links.

use crate::domain::ids::hash64;
use regex::bytes::{Regex, RegexBuilder};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Programs that no person looks at a page or a mail with. `bot` at the end of a word, but for the phones of Cubot.
const BOTS: &str = "(?:^|[^u]|[^c]u)bots?(?:\\b|_)|crawl|spider|slurp|archiver|scraper|headless|phantomjs|puppeteer|playwright|\
    selenium|webdriver|cypress/|lighthouse|page ?speed|mediapartners-google|googleother|google-inspectiontool|google-safety|\
    google-read-aloud|google web preview|feedfetcher|bingpreview|facebookexternalhit|facebookcatalog|meta-externalagent|\
    skypeuripreview|embedly|pingdom|statuscake|uptime|gtmetrix|newrelicpinger|datadog/|site24x7|checkly|monitoring|validator|\
    barracuda|proofpoint|mimecast|forcepoint|fireeye|urlscan|virustotal|netcraft";

/// Libraries that speak HTTP. Whatever comes to a shop's own tracking from one is sent by the shop's server, so it counts; a mail
/// is opened by one only when a scanner does.
const LIBRARIES: &str = "curl/|wget/|python|aiohttp|httpx/|go-http-client|^java/|httpclient|libwww|lwp|^ruby|axios/|node-fetch|\
    ^node|undici|guzzle|^php|postman|winhttp|scanner";

/// Answers remembered: most events come from few programs.
const REMEMBERED: usize = 1_024;

/// Who made an event, by the name of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// Nothing speaks against a person.
    Person,
    /// A library: a machine only where people need a browser or a mail program.
    Library,
    Bot,
}

/// Knows programs by their names. Clones share what they remember.
#[derive(Clone)]
pub struct Agents {
    bots: Option<Regex>,
    libraries: Option<Regex>,
    /// Hash of a name with the answer in its lowest two bits; 0 is none. An answer depends on nothing but the name, so it is the
    /// same whether it is remembered or not.
    answers: Arc<[AtomicU64]>,
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Agents({})", self.bots.as_ref().map_or("", Regex::as_str))
    }
}

impl Agents {
    /// The known programs, and those whose names contain one of these.
    #[must_use]
    pub fn new<'n>(also: impl Iterator<Item = &'n str>) -> Self {
        let bots = also.fold(BOTS.to_owned(), |all, name| all + "|" + &regex::escape(name));
        Self {
            bots: any_case(&bots),
            libraries: any_case(LIBRARIES),
            answers: (0..REMEMBERED).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Who a program's name stands for.
    #[must_use]
    pub fn who(&self, name: &str) -> Agent {
        const ANSWER: u64 = 3;
        let hash = hash64(name.as_bytes());
        let place = usize::try_from((hash >> 32) % REMEMBERED as u64).unwrap_or_default();
        let Some(remembered) = self.answers.get(place) else { return self.look(name) };
        let known = remembered.load(Ordering::Relaxed);
        if known | ANSWER == hash | ANSWER {
            match known & ANSWER {
                1 => return Agent::Person,
                2 => return Agent::Library,
                3 => return Agent::Bot,
                _ => {}
            }
        }
        let agent = self.look(name);
        let answer = match agent {
            Agent::Person => 1,
            Agent::Library => 2,
            Agent::Bot => 3,
        };
        remembered.store(hash & !ANSWER | answer, Ordering::Relaxed);
        agent
    }

    fn look(&self, name: &str) -> Agent {
        let fits = |names: &Option<Regex>| names.as_ref().is_some_and(|names| names.is_match(name.as_bytes()));
        if fits(&self.bots) {
            Agent::Bot
        } else if fits(&self.libraries) {
            Agent::Library
        } else {
            Agent::Person
        }
    }
}

/// What a model adds is plain text and bounded, so this fits the limits of the library: there is no pattern that it refuses.
fn any_case(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).unicode(false).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_told_from_people_by_what_they_call_themselves() {
        let agents = Agents::new(["acme probe"].into_iter());
        // Asked twice: the second answer is remembered.
        for _ in 0..2 {
            for name in [
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (Linux; Android 6.0.1) Chrome/138.0 Mobile Safari/537.36 (compatible; GoogleBot-Image/1.0)",
                "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
                "Mozilla/5.0 (compatible; YandexBot/3.0)",
                "bot/1.0",
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
                "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
                "Mozilla/5.0 Chrome-Lighthouse",
                "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
                "Barracuda Sentinel (EE)",
                "ACME Probe 7",
            ] {
                assert_eq!(agents.who(name), Agent::Bot, "{name}");
            }
            for name in [
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
                "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36",
                "Mozilla/5.0 (Linux; Android 10; Cubot Note 20)",
                // They fetch the picture when the person opens the mail.
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; ms-office; MSOffice 16)",
                "",
            ] {
                assert_eq!(agents.who(name), Agent::Person, "{name}");
            }
            for name in ["curl/8.5.0", "python-requests/2.32", "Go-http-client/1.1", "axios/1.7.2", "Apache-HttpClient/4.5"] {
                assert_eq!(agents.who(name), Agent::Library, "{name}");
            }
        }
    }

    #[test]
    fn the_answer_is_the_same_whoever_was_asked_about_before() {
        let agents = Agents::new(std::iter::empty());
        for n in 0..20_000 {
            let (name, want) =
                if n % 3 == 0 { (format!("robot {n}"), Agent::Bot) } else { (format!("person {n}"), Agent::Person) };
            assert_eq!(agents.who(&name), want);
            assert_eq!(agents.who(&name), want);
        }
    }
}
