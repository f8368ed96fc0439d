/** The control API as types, made from its OpenAPI document by `node scripts/api-types.ts`: not to be edited. */
export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this process can do its work */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a password */
        post: operations["postAuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out: the refresh token and its successors end */
        post: operations["postAuthLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a refresh token for the next one and a new access token */
        post: operations["postAuthRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am, and which organizations I belong to */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that this node lives, and what it holds */
        post: operations["postNodeHeartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renew this node's certificate */
        post: operations["postNodeRenew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/sessions/{session}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a session that was placed here: its target and sealed credential */
        post: operations["postNodeSessionStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/sessions/{session}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Report a session's state */
        post: operations["postNodeSessionState"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this node must know, signed; waits for news */
        get: operations["getNodeSnapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes/enrol": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join a cluster with a bootstrap token */
        post: operations["postNodesEnrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit trail, newest first */
        get: operations["getOrgAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of an organization */
        get: operations["getOrgMembers"];
        put?: never;
        /** Add a person */
        post: operations["postOrgMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I may reach */
        get: operations["getOrgResources"];
        put?: never;
        /** Make a resource, with the credential its target takes */
        post: operations["postOrgResources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/resources/{resource}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a person, or everyone with a role, reach a resource */
        post: operations["postOrgResourceGrants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My sessions that live */
        get: operations["getOrgSessions"];
        put?: never;
        /** Open a session: a ticket to attach with */
        post: operations["postOrgSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["deleteOrgSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/sessions/{session}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Attach again to a session that lives */
        post: operations["postOrgSessionAttachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The clusters */
        get: operations["getPlatformClusters"];
        put?: never;
        /** Make a cluster: its CA and signing key */
        post: operations["postPlatformClusters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/bootstrap-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a token that nodes enrol with */
        post: operations["postPlatformClusterBootstrapTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/bootstrap-tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a bootstrap token */
        delete: operations["deletePlatformClusterBootstrapToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The nodes of a cluster */
        get: operations["getPlatformClusterNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an organization */
        post: operations["postPlatformOrganizations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** @enum {string} */
            code: "bad_request" | "unauthenticated" | "bad_credentials" | "token_invalid" | "token_expired" | "token_replayed" | "token_wrong_cluster" | "token_wrong_node" | "token_wrong_resource" | "token_wrong_org" | "proof_invalid" | "forbidden" | "channel_not_allowed" | "not_found" | "conflict" | "stale_generation" | "too_large" | "rate_limited" | "attachment_unknown" | "session_ended" | "no_route" | "no_entry" | "no_service_node" | "target_unreachable" | "target_refused" | "target_untrusted" | "target_auth_failed" | "overloaded" | "unavailable" | "protocol_violation" | "internal";
            detail: string;
            errors?: {
                message: string;
                path: string;
            }[];
            requestId: string;
            status: number;
            title: string;
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: {
                detailed?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Serving */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        parts?: {
                            [key: string]: {
                                latencyMs?: number;
                                ok: boolean;
                            };
                        };
                        /** @enum {string} */
                        status: "ok" | "degraded" | "down";
                    };
                };
            };
        };
    };
    postAuthLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default false */
                    cookie?: boolean;
                    /** Format: email */
                    email: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accessToken: string;
                        expiresIn: number;
                        refreshToken?: string;
                        user: {
                            email: string;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            organizations: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                /** @enum {string} */
                                role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    };
                };
            };
        };
    };
    postAuthLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    refreshToken?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postAuthRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    refreshToken?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accessToken: string;
                        expiresIn: number;
                        refreshToken?: string;
                        user: {
                            email: string;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            organizations: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                                /** @enum {string} */
                                role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    };
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        organizations: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        }[];
                        /** @enum {string|null} */
                        platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                    };
                };
            };
        };
    };
    postNodeHeartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    endpoints: string[];
                    sessions: {
                        generation: number;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        state: "requested" | "starting" | "active" | "detached" | "terminated" | "failed";
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        end: string[];
                        snapshotVersion: number;
                    };
                };
            };
        };
    };
    postNodeRenew: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    csr: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        certificate: string;
                    };
                };
            };
        };
    };
    postNodeSessionStart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    key: {
                        /** @enum {string} */
                        crv: "P-256";
                        /** @enum {string} */
                        kty: "EC";
                        x: string;
                        y: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        answer: string;
                    };
                };
            };
        };
    };
    postNodeSessionState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    generation: number;
                    reason?: string;
                    /** @enum {string} */
                    state: "requested" | "starting" | "active" | "detached" | "terminated" | "failed";
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getNodeSnapshot: {
        parameters: {
            query?: {
                since?: number | null;
                wait?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        snapshot: string;
                    };
                };
            };
            /** @description Nothing newer */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postNodesEnrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    csr: string;
                    name: string;
                    token: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ca: string;
                        certificate: string;
                        /** Format: uuid */
                        cluster: string;
                        /** Format: uuid */
                        node: string;
                        signingKeys: {
                            keys: {
                                /** @enum {string} */
                                alg: "EdDSA";
                                /** @enum {string} */
                                crv: "Ed25519";
                                kid: string;
                                /** @enum {string} */
                                kty: "OKP";
                                /** @enum {string} */
                                use: "sig";
                                x: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getOrgAudit: {
        parameters: {
            query?: {
                before?: number;
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: {
                            action: string;
                            actor: string;
                            /** Format: date-time */
                            at: string;
                            generation: number | null;
                            id: number;
                            reason: string | null;
                            requestId: string;
                            subject: string | null;
                        }[];
                    };
                };
            };
        };
    };
    getOrgMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: {
                            email: string;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        }[];
                    };
                };
            };
        };
    };
    postOrgMembers: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    name: string;
                    password: string;
                    /** @enum {string} */
                    role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {string} */
                        role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                    };
                };
            };
        };
    };
    getOrgResources: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        resources: {
                            channels: {
                                clipboard?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                control?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                file_transfer?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                input?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                render?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                stream?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                telemetry?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                terminal?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                                vpn_packets?: {
                                    receive: boolean;
                                    send: boolean;
                                };
                            };
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            protocol: "ssh" | "tcp";
                        }[];
                    };
                };
            };
        };
    };
    postOrgResources: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    credential?: {
                        privateKey: string;
                        /** @enum {string} */
                        type: "private_key";
                    } | {
                        password: string;
                        /** @enum {string} */
                        type: "password";
                    };
                    egressPool: string;
                    name: string;
                    target: {
                        host: string;
                        hostKeys: string[];
                        /** @default 22 */
                        port?: number;
                        /** @enum {string} */
                        protocol: "ssh";
                        username: string;
                    } | {
                        host: string;
                        port: number;
                        /** @enum {string} */
                        protocol: "tcp";
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        channels: {
                            clipboard?: {
                                receive: boolean;
                                send: boolean;
                            };
                            control?: {
                                receive: boolean;
                                send: boolean;
                            };
                            file_transfer?: {
                                receive: boolean;
                                send: boolean;
                            };
                            input?: {
                                receive: boolean;
                                send: boolean;
                            };
                            render?: {
                                receive: boolean;
                                send: boolean;
                            };
                            stream?: {
                                receive: boolean;
                                send: boolean;
                            };
                            telemetry?: {
                                receive: boolean;
                                send: boolean;
                            };
                            terminal?: {
                                receive: boolean;
                                send: boolean;
                            };
                            vpn_packets?: {
                                receive: boolean;
                                send: boolean;
                            };
                        };
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** @enum {string} */
                        protocol: "ssh" | "tcp";
                    };
                };
            };
        };
    };
    postOrgResourceGrants: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                resource: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    channels?: {
                        clipboard?: {
                            receive: boolean;
                            send: boolean;
                        };
                        control?: {
                            receive: boolean;
                            send: boolean;
                        };
                        file_transfer?: {
                            receive: boolean;
                            send: boolean;
                        };
                        input?: {
                            receive: boolean;
                            send: boolean;
                        };
                        render?: {
                            receive: boolean;
                            send: boolean;
                        };
                        stream?: {
                            receive: boolean;
                            send: boolean;
                        };
                        telemetry?: {
                            receive: boolean;
                            send: boolean;
                        };
                        terminal?: {
                            receive: boolean;
                            send: boolean;
                        };
                        vpn_packets?: {
                            receive: boolean;
                            send: boolean;
                        };
                    };
                    to: {
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        /** @enum {string} */
                        role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        /** @enum {string} */
                        type: "role";
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getOrgSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions: {
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            protocol: "ssh" | "tcp";
                            /** Format: uuid */
                            resource: string;
                            resourceName: string;
                            /** @enum {string} */
                            state: "requested" | "starting" | "active" | "detached" | "terminated" | "failed";
                        }[];
                    };
                };
            };
        };
    };
    postOrgSessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    key: {
                        /** @enum {string} */
                        crv: "Ed25519";
                        /** @enum {string} */
                        kty: "OKP";
                        x: string;
                    };
                    /** Format: uuid */
                    resource: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        attachment: string;
                        entries: {
                            certificateHashes: string[];
                            /** Format: uri */
                            url: string;
                        }[];
                        /** Format: uuid */
                        session: string;
                        token: string;
                    };
                };
            };
        };
    };
    deleteOrgSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postOrgSessionAttachments: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    key: {
                        /** @enum {string} */
                        crv: "Ed25519";
                        /** @enum {string} */
                        kty: "OKP";
                        x: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        attachment: string;
                        entries: {
                            certificateHashes: string[];
                            /** Format: uri */
                            url: string;
                        }[];
                        /** Format: uuid */
                        session: string;
                        token: string;
                    };
                };
            };
        };
    };
    getPlatformClusters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        clusters: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                        }[];
                    };
                };
            };
        };
    };
    postPlatformClusters: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default [] */
                    origins?: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                    };
                };
            };
        };
    };
    postPlatformClusterBootstrapTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default [] */
                    egressPools?: string[];
                    /** @default 86400 */
                    expiresIn?: number;
                    roles: ("entry" | "relay" | "service")[];
                    /** @default 1 */
                    uses?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        id: string;
                        token: string;
                    };
                };
            };
        };
    };
    deletePlatformClusterBootstrapToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getPlatformClusterNodes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        nodes: {
                            /** Format: date-time */
                            certificateExpiresAt: string;
                            egressPools: string[];
                            endpoints: string[];
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastSeenAt: string | null;
                            name: string;
                            roles: ("entry" | "relay" | "service")[];
                        }[];
                    };
                };
            };
        };
    };
    postPlatformOrganizations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    cluster: string;
                    name: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uuid */
                        id: string;
                        name: string;
                    };
                };
            };
        };
    };
}
