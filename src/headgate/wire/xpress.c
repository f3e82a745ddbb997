/* Bodies of `Content-Encoding: xpress`, written fast: see xpress.py, which this file agrees with.
 *
 * A body is a row of blocks; each is headed by two little-endian numbers, the size of its text and
 * of what follows. Inside is [MS-XCA] plain LZ77. One candidate per three bytes is looked at: the
 * ratio of a real server at a small part of its time. No allocation, no state between calls. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 16352, FRAME = 8, FARTHEST = 8192, SHORTEST = 3, HASH_BITS = 13 };

/* 32 tokens take four bytes of flags and, when nothing repeats, one byte each. */
enum { LONGEST = BLOCK + BLOCK / 32 * 4 + 16 };

static void put32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

static uint32_t hash3(const uint8_t *at)
{
    uint32_t three = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return (three * 2654435761u) >> (32 - HASH_BITS);
}

struct writer {
    uint8_t *out;    /* next byte to write */
    uint8_t *shared; /* byte whose upper half is still free, or NULL */
};

/* Write the length of a match beyond the three bits of its token. */
static void put_length(struct writer *to, size_t rest)
{
    uint8_t half = (uint8_t)(rest < 15 ? rest : 15);
    if (to->shared) {
        *to->shared |= (uint8_t)(half << 4);
        to->shared = NULL;
    } else {
        to->shared = to->out;
        *to->out++ = half;
    }
    if (rest < 15)
        return;
    rest -= 15;
    if (rest < 255) {
        *to->out++ = (uint8_t)rest;
        return;
    }
    *to->out++ = 255;
    rest += 15 + 7; /* the long form counts from the shortest match */
    *to->out++ = (uint8_t)rest;
    *to->out++ = (uint8_t)(rest >> 8);
}

static size_t match_length(const uint8_t *text, size_t before, size_t at, size_t size)
{
    size_t length = 0, longest = size - at;
    while (length < longest && text[before + length] == text[at + length])
        length++;
    return length;
}

/* Compress at most BLOCK bytes into `out`, which has room for LONGEST; return the size. */
static size_t compress_block(const uint8_t *text, size_t size, uint8_t *out)
{
    int16_t last[1 << HASH_BITS]; /* where these three bytes stood last, -1 nowhere */
    struct writer to = {out + 4, NULL};
    uint8_t *flags_at = out;
    uint32_t flags = 0;
    int tokens = 0;
    size_t at = 0;

    memset(last, 0xff, sizeof last);
    while (at < size) {
        size_t length = 0, distance = 0;
        if (at + SHORTEST <= size) {
            uint32_t key = hash3(text + at);
            int16_t before = last[key];
            last[key] = (int16_t)at;
            if (before >= 0 && at - (size_t)before <= FARTHEST) {
                length = match_length(text, (size_t)before, at, size);
                distance = at - (size_t)before;
            }
        }
        if (length >= SHORTEST) {
            size_t rest = length - SHORTEST;
            uint16_t token = (uint16_t)((distance - 1) << 3 | (rest < 7 ? rest : 7));
            *to.out++ = (uint8_t)token;
            *to.out++ = (uint8_t)(token >> 8);
            if (rest >= 7)
                put_length(&to, rest - 7);
            for (size_t inside = at + 1; inside < at + length && inside + SHORTEST <= size; inside++)
                last[hash3(text + inside)] = (int16_t)inside;
            at += length;
            flags = flags << 1 | 1;
        } else {
            *to.out++ = text[at++];
            flags <<= 1;
        }
        if (++tokens == 32) {
            put32(flags_at, flags);
            flags_at = to.out;
            to.out += 4;
            flags = 0;
            tokens = 0;
        }
    }
    /* unused flags are set, as [MS-XCA] 2.3.4 ends a block */
    put32(flags_at, tokens ? flags << (32 - tokens) | ((1u << (32 - tokens)) - 1) : 0xffffffffu);
    return (size_t)(to.out - out);
}

/* Write `size` bytes of text as a body of blocks and return its size. `out` must have room for
 * every block stored as it is: size + 8 for each begun 16,352 bytes. */
size_t headgate_xpress_body(const uint8_t *text, size_t size, uint8_t *out)
{
    uint8_t *start = out, block[LONGEST];
    while (size) {
        size_t piece = size < BLOCK ? size : BLOCK;
        size_t written = compress_block(text, piece, block);
        int shrinks = written < piece; /* equal sizes would say: stored as it is */
        if (!shrinks)
            written = piece;
        memcpy(out + FRAME, shrinks ? block : text, written);
        put32(out, (uint32_t)piece);
        put32(out + 4, (uint32_t)written);
        out += FRAME + written;
        text += piece;
        size -= piece;
    }
    return (size_t)(out - start);
}
