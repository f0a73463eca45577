//! `CustomerRecord`.

use crate::domain::Text;
use crate::domain::state::acquisition::Customer;
use crate::state_record::reader::{Read, Reader, Value, unzigzag};
use crate::state_record::writer::{Writer, zigzag};

pub(super) fn write(value: &Customer, w: &mut Writer<'_>) {
    let Customer { first_source, first_campaign, last_source, last_campaign, orders, first_order_ms, spent } = value;
    w.optional_text(1, first_source.as_deref());
    w.optional_text(2, first_campaign.as_deref());
    // Mostly the same.
    w.optional_text(3, last_source.as_deref().filter(|_| last_source != first_source));
    w.optional_text(4, last_campaign.as_deref().filter(|_| last_campaign != first_campaign));
    w.uint(5, *orders);
    w.time(6, *first_order_ms);
    for (currency, _) in spent {
        w.bytes(7, currency.as_bytes());
    }
    for (_, milli) in spent {
        w.varint(8, zigzag(*milli));
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Customer> {
    let mut c = Customer::default();
    let mut sums: Vec<i64> = Vec::new();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => c.first_source = Some(r.text(b)?),
            (2, Value::Bytes(b)) => c.first_campaign = Some(r.text(b)?),
            (3, Value::Bytes(b)) => c.last_source = Some(r.text(b)?),
            (4, Value::Bytes(b)) => c.last_campaign = Some(r.text(b)?),
            (5, Value::Varint(v)) => c.orders = r.number(v)?,
            (6, Value::Varint(v)) => c.first_order_ms = Some(r.time(v)),
            (7, Value::Bytes(b)) => c.spent.push((r.text::<Text>(b)?, 0)),
            (8, Value::Varint(v)) => sums.push(unzigzag(v)),
            _ => return r.unknown(field),
        }
    }
    r.same_length(c.spent.len(), sums.len())?;
    for ((_, spent), sum) in c.spent.iter_mut().zip(sums) {
        *spent = sum;
    }
    c.last_source = c.last_source.or_else(|| c.first_source.clone());
    c.last_campaign = c.last_campaign.or_else(|| c.first_campaign.clone());
    Ok(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::prospect::{Extras, Prospect};
    use crate::engine::codec::Codec;
    use crate::state_record::StateCodec;
    use leadstream_proto as proto;
    use prost::Message;

    #[test]
    fn a_customer_comes_back_and_the_generated_message_reads_the_same() {
        let full = Customer {
            first_source: Some("newsletter".into()),
            first_campaign: Some("spring".into()),
            last_source: Some("search".into()),
            last_campaign: Some("spring".into()),
            orders: 3,
            first_order_ms: Some(1_795_000_000_123),
            spent: vec![("EUR".into(), 199_990), ("USD".into(), -5)],
        };
        let by_hand = Customer { orders: 1, first_order_ms: Some(1_795_000_000_123), ..Customer::default() };
        for customer in [full, by_hand] {
            let extras = Extras { customer: customer.clone().into(), ..Extras::default() };
            let prospect = Prospect { last_seen_ms: 1_795_000_900_000, extras: Some(Box::new(extras)), ..Prospect::default() };
            let mut bytes = Vec::new();
            StateCodec.encode(&prospect, &mut bytes);
            assert_eq!(StateCodec.decode(&bytes).unwrap(), prospect);
            let message =
                proto::ProspectRecord::decode(&bytes[1..]).or_else(|_| proto::ProspectRecord::decode(&bytes[..])).unwrap();
            let read = message.more.unwrap().customer.unwrap();
            assert_eq!((read.orders, read.spent.len()), (customer.orders, customer.spent.len()));
            assert_eq!(read.last_campaign, None, "it is the first one");
        }
    }
}
