//! Clients that occupy connections: health is answered all the same.

#![allow(clippy::disallowed_methods, reason = "how long a client waits is what these tests are about")]

use super::*;
use std::time::Instant;

const HALF: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Half: ";
const WHOLE: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit can be set");
    stream
}

/// So many connections that send this and nothing more.
fn occupy(server: &Server, number: usize, sent: &[u8]) -> Vec<TcpStream> {
    let occupied = (0..number).map(|_| {
        let mut stream = connect(server);
        // The server may have closed it already.
        let _closed = stream.write_all(sent);
        stream
    });
    occupied.collect()
}

/// Health is answered within a second, again and again.
fn assert_health(server: &Server, times: usize, what: &str) {
    for time in 0..times {
        let asked = Instant::now();
        assert_eq!(get(server, "/livez").0, 200, "{what}, time {time}");
        assert!(asked.elapsed() < Duration::from_secs(1), "{what}, time {time}: {:?}", asked.elapsed());
    }
}

/// Asks once on a connection that is kept.
fn ask(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(WHOLE)?;
    let (mut answer, mut part) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"}") {
        match stream.read(&mut part)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => answer.extend_from_slice(&part[..n]),
        }
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(())
}

#[test]
fn health_answers_beside_connections_that_never_ask() {
    for (sent, what) in [(HALF, "half a head"), (b"".as_slice(), "nothing"), (b"\r\n\r\n\r\n".as_slice(), "empty lines")] {
        for number in [64, 200, 300] {
            let (server, _board) = start(None, false);
            let _occupied = occupy(&server, number, sent);
            assert_health(&server, 5, &format!("{number} connections with {what}"));
        }
    }
}

#[test]
fn health_answers_beside_answers_that_nobody_takes_and_connections_that_are_kept() {
    for sent in [
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20),
        WHOLE.to_vec(),
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx".to_vec(),
    ] {
        let (server, _board) = start(None, false);
        let _occupied = occupy(&server, 300, &sent);
        assert_health(&server, 5, &String::from_utf8_lossy(&sent[..12]));
    }
}

#[test]
fn health_answers_while_connections_come_anew_all_the_time() {
    let (server, _board) = start(None, false);
    let address = server.address();
    struct Over(std::sync::atomic::AtomicBool);
    struct Ends<'a>(&'a Over);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let over = Over(std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut occupied = std::collections::VecDeque::new();
            while !over.0.load(std::sync::atomic::Ordering::Relaxed) {
                if let Ok(mut stream) = TcpStream::connect(address) {
                    let _closed = stream.write_all(HALF);
                    occupied.push_back(stream);
                }
                if occupied.len() > 300 {
                    occupied.pop_front();
                }
            }
        });
        let _ends = Ends(&over);
        assert_health(&server, 50, "connections that come anew");
    });
}

#[test]
fn a_byte_now_and_then_does_not_keep_half_a_request_alive() {
    let (server, _board) = start(None, false);
    let mut slow = occupy(&server, 64, HALF);
    let began = Instant::now();
    let mut open = slow.len();
    while open > 0 && began.elapsed() < Duration::from_secs(9) {
        std::thread::sleep(Duration::from_millis(500));
        assert_health(&server, 1, "a byte now and then");
        slow.retain_mut(|stream| stream.write_all(b"a").is_ok());
        open = slow.len();
    }
    assert_eq!(open, 0, "connections with half a request are still open after {:?}", began.elapsed());
    assert!(began.elapsed() > Duration::from_secs(4), "a slow client has its five seconds: {:?}", began.elapsed());
    let (_, _, metrics) = get(&server, "/metrics");
    assert!(metrics.contains("leadstream_http_connections_closed_total{reason=\"slow-head\"} 64\n"), "{metrics}");
}

#[test]
fn a_head_without_end_is_ended() {
    let (server, _board) = start(None, false);
    let mut stream = connect(&server);
    let sent = (0..64).map(|_| stream.write_all(&[b'a'; 4096])).collect::<Result<Vec<_>, _>>();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    assert!(sent.is_err() || read.is_err() || answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{answer:?}");
    assert_health(&server, 1, "a head without end");
}

#[test]
fn a_client_that_keeps_its_connection_is_served_on_it() {
    let (server, _board) = start(None, false);
    let mut kept = connect(&server);
    for pause_ms in [0, 0, 6_000, 0] {
        std::thread::sleep(Duration::from_millis(pause_ms));
        ask(&mut kept).expect("a connection may be idle for longer than a head may take");
    }
    // A head that comes in pieces, and two requests at once.
    for byte in WHOLE.chunks(7).take(WHOLE.len() / 7) {
        kept.write_all(byte).expect("the connection is open");
        std::thread::sleep(Duration::from_millis(20));
    }
    kept.write_all(&WHOLE[WHOLE.len() / 7 * 7..]).expect("the connection is open");
    let mut two = WHOLE.repeat(2);
    two.truncate(two.len() - 2);
    two.extend_from_slice(b"Connection: close\r\n\r\n");
    kept.write_all(&two).expect("the connection is open");
    let mut answers = String::new();
    kept.read_to_string(&mut answers).expect("the answers are read");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3, "{answers}");
}
