// A microphone that a test holds: it hears a quiet room, what the test says, and as much of the page's own sound as it likes.
(() => {
  const state = globalThis.testMic = { refuse: "", echo: 0, tracks: [], asked: [], ducked: 1 };
  const connect = AudioNode.prototype.connect;
  let context, bus;

  function room() {
    if (context) return;
    context = new AudioContext();
    bus = new GainNode(context);
    const noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
    noise.getChannelData(0).forEach((_, at, all) => { all[at] = (Math.random() - 0.5) * 2e-4; });
    const source = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
    connect.call(source, bus);
    source.start();
  }

  // What the page plays goes to the speaker and, as loud as `echo`, back into the microphone.
  AudioNode.prototype.connect = function (target, ...more) {
    if (target instanceof AudioDestinationNode && this.context !== context) {
      state.sound = this.context.createMediaStreamDestination();
      connect.call(this, state.sound);
    }
    return connect.call(this, target, ...more);
  };

  state.hear = (level) => {
    room();
    if (!state.loop) {
      state.loop = new GainNode(context);
      const back = new MediaStreamAudioSourceNode(context, { mediaStream: state.sound.stream });
      const way = new DelayNode(context, { delayTime: 0.03 });
      connect.call(back, way);
      connect.call(way, state.loop);
      connect.call(state.loop, bus);
    }
    state.loop.gain.value = level;
  };

  /** Say a wave file, given in base64; resolves when it has ended. */
  state.say = async (wave, level = 0.5) => {
    room();
    const bytes = Uint8Array.from(atob(wave), (letter) => letter.charCodeAt(0));
    const buffer = await context.decodeAudioData(bytes.buffer);
    const source = new AudioBufferSourceNode(context, { buffer }), loud = new GainNode(context, { gain: level });
    connect.call(source, loud);
    connect.call(loud, bus);
    source.start();
    await new Promise((done) => { source.onended = done; });
  };

  /** The microphone is pulled out. */
  state.pull = () => {
    const track = state.tracks.at(-1);
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };

  navigator.mediaDevices.getUserMedia = async (wanted) => {
    state.asked.push(wanted.audio);
    if (state.refuse) throw new DOMException("as the test says", state.refuse);
    room();
    const ear = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    connect.call(bus, ear);
    state.tracks.push(ear.stream.getAudioTracks()[0]);
    return ear.stream;
  };
})();
