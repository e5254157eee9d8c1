//! A TCP proxy that simulates faults of the network.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The simulated state of the network: what happens to bytes and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// They pass.
    Fair,
    /// Every chunk comes this much later.
    Delay(Duration),
    /// A partition: no bytes pass in either direction, and neither end gets an error. The bytes arrive when the weather is fair again.
    BlackHole,
    /// Half-open connections: bytes of clients arrive, and bytes of the server do not, until the weather is fair again.
    HalfOpen,
    /// All open and new connections are reset.
    Reset,
    /// A connection is closed after this many more bytes from the server.
    Truncate(usize),
}

/// A proxy, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    to: String,
    state: Mutex<State>,
}

struct State {
    weather: Weather,
    /// Both ends of every connection.
    open: Vec<[TcpStream; 2]>,
    is_over: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    There,
    Back,
}

/// How often a connection checks whether the weather has changed.
const LOOK: Duration = Duration::from_millis(10);

impl Proxy {
    /// Starts a proxy for the server at `to`, a host and port.
    ///
    /// # Panics
    /// There is no port.
    pub fn start(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { weather: Weather::Fair, open: Vec::new(), is_over: false };
        let shared = Arc::new(Shared { to: to.to_owned(), state: Mutex::new(state) });
        let listening = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if listening.state().is_over {
                    return;
                }
                let shared = listening.clone();
                thread::spawn(move || shared.connect(stream));
            }
        });
        Self { address, shared }
    }

    /// Where it listens: host and port.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Sets the weather for open and new connections.
    pub fn set(&self, weather: Weather) {
        let mut state = self.shared.state();
        state.weather = weather;
        if weather == Weather::Reset {
            state.open.drain(..).flatten().for_each(|stream| reset(&stream));
        }
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.shared.state().open.len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_over = true;
        state.open.drain(..).flatten().for_each(|stream| reset(&stream));
        drop(state);
        // The listener's thread notices the end only at the next connection, which this is.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: Arc<Self>, client: TcpStream) {
        if self.state().weather == Weather::Reset {
            return reset(&client);
        }
        // During a partition the server cannot be reached; the client waits.
        while self.state().weather == Weather::BlackHole {
            thread::sleep(LOOK);
        }
        let Ok(server) = TcpStream::connect(&self.to) else { return reset(&client) };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let clone = |stream: &TcpStream| stream.try_clone();
        let (Ok(c), Ok(s), Ok(c2), Ok(s2)) = (clone(&client), clone(&server), clone(&client), clone(&server)) else {
            return;
        };
        self.state().open.push([c, s]);
        let back = self.clone();
        let answers = thread::spawn(move || back.pass(s2, c2, Way::Back));
        let port = client.peer_addr();
        self.pass(client, server, Way::There);
        let _ = answers.join();
        if let Ok(port) = port {
            self.state().open.retain(|[client, _]| client.peer_addr().is_ok_and(|other| other != port));
        }
    }

    /// Copies bytes in one direction until the connection ends.
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, way: Way) {
        let mut chunk = [0; 16 << 10];
        let mut carried = None;
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            let mut bytes = &chunk[..length];
            let weather = loop {
                match self.state().weather {
                    Weather::BlackHole => thread::sleep(LOOK),
                    Weather::HalfOpen if way == Way::Back => thread::sleep(LOOK),
                    weather => break weather,
                }
            };
            match weather {
                Weather::Delay(delay) => thread::sleep(delay),
                Weather::Truncate(most) if way == Way::Back => {
                    let left = carried.get_or_insert(most);
                    bytes = &bytes[..length.min(*left)];
                    *left -= bytes.len();
                }
                _ => carried = None,
            }
            if to.write_all(bytes).is_err() || carried == Some(0) {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
        if carried == Some(0) {
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        }
    }
}

/// Resets a connection (TCP RST).
fn reset(stream: &TcpStream) {
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    // SAFETY: the descriptor is open, and the option has the size that is passed.
    unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size_of::<libc::linger>() as libc::socklen_t,
        );
    }
    let _ = stream.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// An echo server behind a proxy, and a client that is connected to it.
    fn connected() -> (Proxy, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy::start(&listener.local_addr().unwrap().to_string());
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut copy = stream.try_clone().unwrap();
                    std::io::copy(&mut stream, &mut copy)
                });
            }
        });
        let client = TcpStream::connect(proxy.address()).unwrap();
        client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        (proxy, client)
    }

    fn echo(client: &mut TcpStream, text: &str) -> String {
        let _ = client.write_all(text.as_bytes());
        let mut answer = vec![0; text.len()];
        match client.read_exact(&mut answer) {
            Ok(()) => String::from_utf8(answer).unwrap(),
            Err(_) => String::new(),
        }
    }

    #[test]
    fn bytes_arrive_in_fair_weather() {
        let (proxy, mut client) = connected();
        assert_eq!(echo(&mut client, "hello"), "hello");
        assert_eq!(proxy.open(), 1);
    }

    #[test]
    fn a_delay_delays() {
        let (proxy, mut client) = connected();
        proxy.set(Weather::Delay(Duration::from_millis(50)));
        let began = Instant::now();
        assert_eq!(echo(&mut client, "hello"), "hello");
        assert!(began.elapsed() >= Duration::from_millis(100), "there and back");
    }

    #[test]
    fn a_partition_keeps_bytes_until_it_is_over() {
        let (proxy, mut client) = connected();
        for weather in [Weather::BlackHole, Weather::HalfOpen] {
            proxy.set(weather);
            assert_eq!(echo(&mut client, "hello"), "", "{weather:?}");
            proxy.set(Weather::Fair);
            let mut late = [0; 5];
            client.read_exact(&mut late).unwrap();
            assert_eq!(&late, b"hello");
        }
    }

    #[test]
    fn a_reset_ends_old_connections_and_new_ones() {
        let (proxy, mut client) = connected();
        assert_eq!(echo(&mut client, "hello"), "hello");
        proxy.set(Weather::Reset);
        assert_eq!(echo(&mut client, "hello"), "");
        assert_eq!(proxy.open(), 0);
        let mut other = TcpStream::connect(proxy.address()).unwrap();
        assert_eq!(echo(&mut other, "hello"), "");
    }

    #[test]
    fn an_answer_is_cut_after_so_many_bytes() {
        let (proxy, mut client) = connected();
        proxy.set(Weather::Truncate(3));
        client.write_all(b"hello").unwrap();
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer);
        assert_eq!(answer, b"hel");
    }
}
