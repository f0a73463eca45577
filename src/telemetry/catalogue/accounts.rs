//! Accounts and their members.

use crate::telemetry::metric::{Metric, counter, gauge, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Accounts.
    ACCOUNTS = gauge("leadstream_accounts", "accounts", &["state"],
        "Accounts by state (open, consensus, disqualified), over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Their members.
    ACCOUNT_MEMBERS = gauge("leadstream_account_members", "prospects", &[],
        "Members of all accounts, over the partitions of this instance",
        "Many members per account: a mail domain that is not a company's; see accounts.free_mail.");
    /// What left about accounts.
    ACCOUNT_CHANGES = counter("leadstream_account_changes_total", "changes", &["kind"],
        "Outputs about accounts by type: account.stage-changed, account.consensus-reached, account.consensus-lost, account.consensus-recalled, account.disqualified, account.reopened",
        "`account.consensus-recalled` at a steady rate: events of some members arrive late.");
}

impl Telemetry {
    /// Accounts by state, and the members of all.
    pub fn accounts(&self, states: &[(&str, u64)], members: u64) {
        for (state, count) in states {
            self.gauge(&ACCOUNTS, &[state]).set(*count as f64);
        }
        self.gauge(&ACCOUNT_MEMBERS, &[]).set(members as f64);
    }

    /// `kind` is the output's type.
    pub fn account_changes(&self, kind: &str, count: u64) {
        self.count(&ACCOUNT_CHANGES, &[kind], count);
    }
}
