#!/usr/bin/env node
// npm links a command when it installs, before anything is built; so the command is a file of the source.
import '../dist/main.js';
