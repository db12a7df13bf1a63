//! A fake HTTP server on loopback that notes what it gets and answers as told.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What to answer.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A complete answer.
    Answer {
        /// Status.
        status: u16,
        /// Further headers, each as `Name: value`.
        headers: Vec<String>,
        /// Body.
        body: String,
    },
    /// 200 and a body that goes on until the other side hangs up.
    Endless,
    /// 200, a part of the promised body, and then a closed connection.
    Broken,
    /// Nothing at all until the other side hangs up.
    Silence,
}

/// Encrypts a connection, or hands it back as it is.
type Wrap = dyn Fn(TcpStream) -> Box<dyn Stream> + Send + Sync;

/// A connection.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// The server. Ends with the value.
#[derive(Debug)]
pub struct FakeReceiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    received: Mutex<Vec<Received>>,
    hung_up: Mutex<usize>,
    changed: Condvar,
    /// Answers still to be given, the next one last, and the one for everything after them.
    script: Mutex<(Vec<Reply>, Reply)>,
    ended: AtomicBool,
}

impl Reply {
    /// An empty answer.
    pub fn status(status: u16) -> Self {
        Self::with_body(status, "")
    }

    /// An answer with a body.
    pub fn with_body(status: u16, body: impl Into<String>) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.into() }
    }

    /// With one more header, `Name: value`.
    #[must_use]
    pub fn header(mut self, line: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push(line.into());
        }
        self
    }
}

impl Received {
    /// The value of a header, if it came exactly once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        let value = found.next().map(|(_, value)| value.as_str());
        if found.next().is_some() { None } else { value }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl FakeReceiver {
    /// Listens on 127.0.0.1 and answers 200 until told otherwise.
    pub fn start() -> io::Result<Self> {
        Self::wrapped(|stream| Box::new(stream))
    }

    /// Listens on 127.0.0.1 and speaks through what `wrap` makes of a connection, for example TLS.
    pub fn wrapped(wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            hung_up: Mutex::default(),
            changed: Condvar::new(),
            script: Mutex::new((Vec::new(), Reply::status(200))),
            ended: AtomicBool::new(false),
        });
        let (of_thread, wrap): (_, Arc<Wrap>) = (Arc::clone(&shared), Arc::new(wrap));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if of_thread.ended.load(Ordering::SeqCst) {
                    return;
                }
                let (shared, wrap) = (Arc::clone(&of_thread), Arc::clone(&wrap));
                thread::spawn(move || shared.serve(wrap(stream)));
            }
        });
        Ok(Self { address, shared })
    }

    /// Address and port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on, answers so.
    pub fn answer(&self, reply: Reply) {
        *lock(&self.shared.script) = (Vec::new(), reply);
    }

    /// Gives these answers in turn, and then those it gave before.
    pub fn answer_in_turn(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut turns: Vec<_> = replies.into_iter().collect();
        turns.reverse();
        lock(&self.shared.script).0 = turns;
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// Waits until `count` connections were ended. Blocks its thread: an asynchronous test needs
    /// further ones, on which its client can hang up.
    ///
    /// # Panics
    /// After a minute.
    pub fn wait_until_hung_up(&self, count: usize) {
        let guard = lock(&self.shared.hung_up);
        let waited = self.shared.changed.wait_timeout_while(guard, LONGEST_WAIT, |hung_up| *hung_up < count);
        let hung_up = *waited.unwrap_or_else(PoisonError::into_inner).0;
        assert!(hung_up >= count, "{hung_up} connections have ended instead of {count}");
    }
}

impl Drop for FakeReceiver {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address).and_then(|stream| stream.shutdown(Shutdown::Both)));
    }
}

impl Shared {
    fn serve(&self, stream: Box<dyn Stream>) {
        let mut stream = BufReader::new(stream);
        while let Ok(Some(request)) = read_request(&mut stream) {
            lock(&self.received).push(request);
            let reply = {
                let mut script = lock(&self.script);
                script.0.pop().unwrap_or_else(|| script.1.clone())
            };
            if !matches!(write_reply(&mut stream, &reply), Ok(true)) {
                break;
            }
        }
        *lock(&self.hung_up) += 1;
        self.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `None` at the end of the connection.
fn read_request(stream: &mut impl BufRead) -> io::Result<Option<Received>> {
    let mut first = String::new();
    if stream.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut words = first.split_whitespace().map(ToOwned::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()];
    stream.read_exact(&mut body)?;
    Ok(Some(Received { method, target, headers, body }))
}

/// Whether the connection can be used again.
fn write_reply(stream: &mut BufReader<Box<dyn Stream>>, reply: &Reply) -> io::Result<bool> {
    match reply {
        Reply::Answer { status, headers, body } => {
            let length = body.len();
            let mut answer = format!("HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\n");
            for line in headers {
                answer.extend([line.as_str(), "\r\n"]);
            }
            answer.extend(["\r\n", body.as_str()]);
            stream.get_mut().write_all(answer.as_bytes())?;
            stream.get_mut().flush()?;
            Ok(true)
        }
        Reply::Endless => {
            stream.get_mut().write_all(b"HTTP/1.1 200 Told\r\ncontent-length: 1000000000000\r\n\r\n")?;
            loop {
                stream.get_mut().write_all(&[b'x'; 4 << 10])?;
            }
        }
        Reply::Broken => {
            stream.get_mut().write_all(b"HTTP/1.1 200 Told\r\ncontent-length: 100\r\n\r\npart")?;
            stream.get_mut().flush()?;
            Ok(false)
        }
        Reply::Silence => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest)?;
            Ok(false)
        }
    }
}
