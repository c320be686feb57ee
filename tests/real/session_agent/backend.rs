//! Backends of a session on the agent's side: a real process on a pseudo-terminal, or real connections to a
//! port.

use super::frames::{FLAG, OUTPUT};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    thread,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc::{Sender, UnboundedSender, unbounded_channel},
};

/// Size of the agent's pieces of output, in bytes.
const PIECE_BYTES: usize = 1024;
/// Flag that ends the connection in the basic protocol.
const DISCONNECT: &[u8] = &[0, 0, 0, 1];
/// Flag that reports a refused connection.
const REFUSED: &[u8] = &[0, 0, 0, 3];
const SYN: u8 = 0;
const FIN: u8 = 1;
const PSH: u8 = 2;

/// Message of a backend to the agent.
pub(super) enum BackendMessage {
    /// Payload and its type.
    Payload(u32, Vec<u8>),
    /// The session has ended, with the reason or an empty text.
    End(String),
}

/// Backend of a session.
pub(super) enum Backend {
    Process { keys: Box<dyn Write + Send>, master: Box<dyn MasterPty + Send> },
    Multiplexed { port: u16, received: Vec<u8>, streams: BTreeMap<u32, UnboundedSender<Option<Vec<u8>>>> },
    Basic { port: u16, connection: Option<UnboundedSender<Option<Vec<u8>>>> },
}

impl Backend {
    /// Runs `command` in a shell on a pseudo-terminal.
    pub(super) fn process(command: &str, news: &Sender<BackendMessage>) -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.args(["-c", command]);
        let mut child = pair.slave.spawn_command(shell).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let news = news.clone();
        thread::spawn(move || {
            let mut buffer = [0; PIECE_BYTES];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if news.blocking_send(BackendMessage::Payload(OUTPUT, buffer[..count].to_vec())).is_err() {
                    let _ = child.kill();
                }
            }
            let _ = (child.wait(), news.blocking_send(BackendMessage::End(String::new())));
        });
        Self::Process { keys: pair.master.take_writer().unwrap(), master: pair.master }
    }

    /// Connects to the port, as the agent does at the start of the basic protocol.
    pub(super) fn basic(port: u16, news: &Sender<BackendMessage>) -> Self {
        Self::Basic { port, connection: Some(connect(port, None, news)) }
    }

    /// Sets the size of the terminal.
    pub(super) fn resize(&self, columns: u16, rows: u16) {
        if let Self::Process { master, .. } = self {
            let size = PtySize { cols: columns, rows, ..PtySize::default() };
            master.resize(size).unwrap();
        }
    }

    /// Handles a flag of the client.
    pub(super) fn take_flag(&mut self, flag: &[u8]) {
        if let Self::Basic { connection, .. } = self
            && flag == DISCONNECT
        {
            *connection = None;
        }
    }

    /// Handles data of the client. The error describes why the agent can't accept it.
    pub(super) fn take_data(&mut self, data: Vec<u8>, news: &Sender<BackendMessage>) -> Result<(), String> {
        match self {
            Self::Process { keys, .. } => keys.write_all(&data).map_err(|error| error.to_string()),
            Self::Basic { port, connection } => {
                let to = connection.get_or_insert_with(|| connect(*port, None, news));
                // A connection that the port has closed takes nothing.
                let _ = to.send(Some(data));
                Ok(())
            }
            Self::Multiplexed { port, received, streams } => {
                received.extend(data);
                while received.len() >= 8 {
                    let length = usize::from(u16::from_le_bytes([received[2], received[3]]));
                    let id = u32::from_le_bytes(received[4..8].try_into().unwrap());
                    let (version, command) = (received[0], received[1]);
                    if version != 1 || command > 3 {
                        return Err(format!("smux version {version}, command {command}"));
                    }
                    if received.len() < 8 + length {
                        break;
                    }
                    let rest = received.split_off(8 + length);
                    let payload = std::mem::replace(received, rest).split_off(8);
                    match (command, streams.get(&id)) {
                        (SYN, None) => drop(streams.insert(id, connect(*port, Some(id), news))),
                        (SYN, Some(_)) => return Err(format!("stream {id} begins twice")),
                        (PSH, Some(to)) => drop(to.send(Some(payload))),
                        (FIN, Some(to)) => drop(to.send(None)),
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    }
}

/// Starts a connection to `port`, for the stream `id` of the multiplexed protocol. Returns the sender of data
/// to it.
fn connect(port: u16, id: Option<u32>, news: &Sender<BackendMessage>) -> UnboundedSender<Option<Vec<u8>>> {
    let (to, mut from_client) = unbounded_channel::<Option<Vec<u8>>>();
    let news = news.clone();
    tokio::spawn(async move {
        let Ok(connection) = TcpStream::connect(("127.0.0.1", port)).await else {
            if id.is_some() {
                send(&news, FLAG, REFUSED.to_vec()).await;
            } else {
                let why = format!("Unable to connect to specified port: dial tcp 127.0.0.1:{port}");
                let _ = news.send(BackendMessage::End(why)).await;
            }
            return send_frame(&news, id, FIN, &[]).await;
        };
        let (mut reader, mut writer) = connection.into_split();
        let mut buffer = vec![0; 4 * PIECE_BYTES];
        loop {
            tokio::select! {
                read = reader.read(&mut buffer) => match read {
                    Ok(count @ 1..) => send_frame(&news, id, PSH, &buffer[..count]).await,
                    _ => break,
                },
                data = from_client.recv() => match data.flatten() {
                    Some(data) => if writer.write_all(&data).await.is_err() { break },
                    // The agent closes both directions at the first end.
                    None => break,
                },
            }
        }
        send_frame(&news, id, FIN, &[]).await;
    });
    to
}

/// Sends data from a port, in a smux frame if it belongs to a stream.
async fn send_frame(news: &Sender<BackendMessage>, id: Option<u32>, command: u8, data: &[u8]) {
    let mut bytes = Vec::new();
    if let Some(id) = id {
        bytes.extend([1, command]);
        bytes.extend((data.len() as u16).to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes.extend(data);
    send(news, OUTPUT, bytes).await;
}

async fn send(news: &Sender<BackendMessage>, payload_type: u32, bytes: Vec<u8>) {
    if !bytes.is_empty() {
        // The session may have ended meanwhile.
        let _ = news.send(BackendMessage::Payload(payload_type, bytes)).await;
    }
}
