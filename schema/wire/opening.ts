/** The first message of every stream a client opens: all of it that an entry reads. */
import { z } from 'zod';
import { Attach } from './attach.ts';
import { ChannelOpen } from './channel.ts';
import { Resume } from './resume.ts';

export const ClientOpening = z.discriminatedUnion('type', [Attach, Resume, ChannelOpen]);
export type ClientOpening = z.infer<typeof ClientOpening>;
