#!/usr/bin/env python3
"""The CT encoder here and in PyTorch, in turns on the same cores: a training step (batch 16) and inference (batch 1).

usage: compare.py BUILD/bin/bench-engine [ROUNDS]

Prints the fastest and median time of each and their ratios. Needs torch. Both use two threads; while one runs the other
waits for its next command.
"""
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Stage(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.down = nn.Conv3d(before, after, 3, 2, 1, bias=False)
        self.down_norm = nn.GroupNorm(8, after)
        self.conv = nn.Conv3d(after, after, 3, 1, 1, bias=False)
        self.norm = nn.GroupNorm(8, after)

    def forward(self, x):
        small = F.relu(self.down_norm(self.down(x)))
        return F.relu(small + self.norm(self.conv(small)))


class Block(nn.Module):
    def __init__(self, channels, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.up, self.down = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def forward(self, x):
        n, length, channels = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, length, channels))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Encoder(nn.Module):
    def __init__(self, width=32, tokens=64, measurements=16):
        super().__init__()
        self.stem = nn.Sequential(Stage(1, width), Stage(width, 2 * width), Stage(2 * width, 4 * width))
        self.to_token = nn.Linear(4 * width, tokens)
        self.place = nn.Parameter(torch.randn(1, 64, tokens) * 0.02)
        self.slope = nn.Parameter(torch.randn(1, measurements, tokens) * 0.02)
        self.blocks = nn.Sequential(Block(tokens, 4, 2 * tokens), Block(tokens, 4, 2 * tokens))
        self.norm = nn.LayerNorm(tokens)
        self.head = nn.Linear(tokens, 9)

    def forward(self, patches, measurements):
        seen = self.to_token(self.stem(patches).flatten(2).transpose(1, 2)) + self.place
        x = self.blocks(torch.cat([measurements.unsqueeze(-1) * self.slope, seen], 1))
        return self.head(self.norm(x.mean(1)))


class Torch:
    def __init__(self):
        torch.manual_seed(1)
        torch.set_num_threads(2)
        self.net = Encoder()
        self.optimizer = torch.optim.AdamW(self.net.parameters(), 1e-4)
        self.batch = torch.randn(16, 1, 32, 32, 32), torch.randn(16, 16)
        self.one = self.batch[0][:1].clone(), self.batch[1][:1].clone()
        self.targets = torch.rand(16, 9)

    def train(self):
        self.net.train()
        self.optimizer.zero_grad(set_to_none=True)
        F.binary_cross_entropy_with_logits(self.net(*self.batch), self.targets).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()

    def infer(self):
        self.net.eval()
        with torch.inference_mode():
            self.net(*self.one)

    def run(self, what, repeats):
        times = []
        for _ in range(repeats):
            begin = time.perf_counter()
            getattr(self, what)()
            times.append((time.perf_counter() - begin) * 1e3)
        return times


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def run(self, what, repeats):
        return [float(word) for word in self.ask(f"{what} {repeats}").split()]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    ours, peer = Ours(sys.argv[1]), Torch()
    print("parameters: ours", ours.ask("parameters").strip(), "torch", sum(p.numel() for p in peer.net.parameters()))
    for what, repeats in (("train", 3), ("infer", 20)):
        for side in (ours, peer):
            side.run(what, repeats)  # warm up
        mine, theirs = [], []
        for _ in range(rounds):
            mine += ours.run(what, repeats)
            theirs += peer.run(what, repeats)
        print(f"{what}: ours {min(mine):.2f} ms (median {statistics.median(mine):.2f}), "
              f"torch {torch.__version__} {min(theirs):.2f} ms (median {statistics.median(theirs):.2f}); "
              f"ratio {min(theirs) / min(mine):.2f} (medians {statistics.median(theirs) / statistics.median(mine):.2f})")
    print("left the fast backend:", ours.ask("fallbacks").strip() or "nothing")


if __name__ == "__main__":
    main()
