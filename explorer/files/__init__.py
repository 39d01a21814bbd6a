"""The ground floor: one place a file format, and "whole or not at all" for every file that is written.

Contract: bytes and paths only. What is read may be a stranger's: every reader takes time in proportion to the file and
memory in proportion to the limit that it is given. The libraries that write these files read them too, but opening a
stranger's MP4 with one starts its decoders, over a GIF whose comment fills 8 MB Pillow spends four seconds, growing one
bytes object by 255 at a time, and of a PNG or WebP it reads everything that stands in the way.

It imports nothing of ours, and does not know pictures, settings or runs.
"""
