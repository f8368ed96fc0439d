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
    "/v1/audit/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys that sign checkpoints of the audit trails */
        get: operations["getAuditKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whom an invitation is for */
        post: operations["postAuthInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/invitation/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline an invitation to an organization */
        post: operations["postAuthInvitationDecline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation with a password and secret key */
        post: operations["postAuthJoin"];
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
    "/v1/auth/passkey/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer a passkey's challenge */
        post: operations["postAuthPasskeyFinish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign in with a passkey: a challenge */
        post: operations["postAuthPasskeyStart"];
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
    "/v1/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show the second factor, and be signed in */
        post: operations["postAuthSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/second-factor/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a second factor with a passkey: a challenge */
        post: operations["postAuthSecondFactorPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/srp/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prove the password and secret key */
        post: operations["postAuthSrpFinish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/srp/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign in with a password: salt and challenge */
        post: operations["postAuthSrpStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How I can prove anew who I am */
        get: operations["getAuthStepUp"];
        put?: never;
        /** Prove anew who I am: a new access token */
        post: operations["postAuthStepUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/step-up/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to prove it anew with a passkey: a challenge */
        post: operations["postAuthStepUpPasskey"];
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
    "/v1/me/authenticator": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to add an authenticator app: its secret */
        post: operations["postMeAuthenticator"];
        /** Remove the authenticator */
        delete: operations["deleteMeAuthenticator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/authenticator/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm the authenticator with a code: recovery codes, shown once */
        post: operations["postMeAuthenticatorConfirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of my devices: its sign-ins end */
        delete: operations["deleteMeDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invitation to an organization with the account that I am signed in to */
        post: operations["postMeInvitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/organizations/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I am in an organization, and may do there */
        get: operations["getMeOrganization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a passkey */
        post: operations["postMePasskeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a passkey */
        delete: operations["deleteMePasskey"];
        options?: never;
        head?: never;
        /** Rename a passkey */
        patch: operations["patchMePasskey"];
        trace?: never;
    };
    "/v1/me/passkeys/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to add a passkey: a challenge */
        post: operations["postMePasskeysStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make new recovery codes: the old ones end */
        post: operations["postMeRecoveryCodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/security": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How I sign in, and where I am signed in */
        get: operations["getMeSecurity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/security/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change my password or secret key: other sign-ins end */
        put: operations["putMeSecurityPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out everywhere */
        delete: operations["deleteMeSignIns"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sign-ins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of my sign-ins */
        delete: operations["deleteMeSignIn"];
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
    "/v1/node/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same over one WebSocket, kept open: heartbeats, and the news of a newer snapshot */
        get: operations["getNodeLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/node/recordings/{recording}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A sealed part of a recording, in order */
        post: operations["postNodeRecordingParts"];
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
    "/v1/orgs/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An organization, and what it chose */
        get: operations["getOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what an organization chose */
        patch: operations["patchOrg"];
        trace?: never;
    };
    "/v1/orgs/{org}/access-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests for access: mine; everybody's for who decides them */
        get: operations["getOrgAccessRequests"];
        put?: never;
        /** Ask for access to a resource, for a while */
        post: operations["postOrgAccessRequests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/access-requests/{request}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw a request of mine that waits */
        delete: operations["deleteOrgAccessRequest"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/access-requests/{request}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve somebody else's request: the access begins now */
        post: operations["postOrgAccessRequestApprove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/access-requests/{request}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deny somebody else's request */
        post: operations["postOrgAccessRequestDeny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/all-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody's sessions, live and over, newest first */
        get: operations["getOrgAllSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/all-sessions/{session}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take over or share somebody else's session, on a resource that I may reach myself */
        post: operations["postOrgAllSessionAttachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/all-sessions/{session}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End anybody's session; one that is over stays so */
        post: operations["postOrgAllSessionEnd"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/all-sessions/{session}/observers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Watch somebody else's session, where its policy allows; whoever is in it sees that */
        post: operations["postOrgAllSessionObservers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys of all service accounts */
        get: operations["getOrgApiKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/api-keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key */
        delete: operations["deleteOrgApiKey"];
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
        /** Search an organization's audit trail, newest first */
        get: operations["getOrgAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export an organization's audit trail */
        get: operations["getOrgAuditExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/audit/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long the audit trail is kept */
        get: operations["getOrgAuditRetention"];
        /** Change how long the audit trail is kept */
        put: operations["putOrgAuditRetention"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices of an organization's people */
        get: operations["getOrgDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/devices/{device}/approval": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Approve a device */
        put: operations["putOrgDeviceApproval"];
        post?: never;
        /** Withdraw a device's approval */
        delete: operations["deleteOrgDeviceApproval"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens in an organization, as it happens */
        get: operations["getOrgEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The grants: who may reach what, and when */
        get: operations["getOrgGrants"];
        put?: never;
        /** Grant access to one resource, or to all with these labels */
        post: operations["postOrgGrants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/grants/{grant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a grant: sessions that hung on it end */
        delete: operations["deleteOrgGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups, and who is in them */
        get: operations["getOrgGroups"];
        put?: never;
        /** Make a group */
        post: operations["postOrgGroups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a group */
        delete: operations["deleteOrgGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/groups/{group}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put a person into a group */
        put: operations["putOrgGroupMember"];
        post?: never;
        /** Take a person out of a group */
        delete: operations["deleteOrgGroupMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/groups/{group}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a group a role, or none */
        put: operations["putOrgGroupRole"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/identity-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The identity providers of an organization */
        get: operations["getOrgIdentityProviders"];
        put?: never;
        /** Add an identity provider */
        post: operations["postOrgIdentityProviders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/identity-providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace an identity provider's settings */
        put: operations["putOrgIdentityProvider"];
        post?: never;
        /** Remove an identity provider */
        delete: operations["deleteOrgIdentityProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/identity-providers/{provider}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try whether an identity provider works */
        post: operations["postOrgIdentityProviderTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/inventory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All resources, with their targets */
        get: operations["getOrgInventory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The invitations that are open */
        get: operations["getOrgInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an invitation */
        delete: operations["deleteOrgInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/key-uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the organization's data key was used for, newest first */
        get: operations["getOrgKeyUses"];
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
        /** Invite a person: they are a member once they accept */
        post: operations["postOrgMembers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person of an organization */
        get: operations["getOrgMember"];
        put?: never;
        post?: never;
        /** Remove a person from an organization */
        delete: operations["deleteOrgMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members/{user}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite a person anew: whatever a member signed in with is void */
        post: operations["postOrgMemberInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members/{user}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give a person another role */
        put: operations["putOrgMemberRole"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an organization may have, and has */
        get: operations["getOrgQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recordings of sessions, newest first */
        get: operations["getOrgRecordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/recordings/{recording}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a recording before its time */
        delete: operations["deleteOrgRecording"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/recordings/{recording}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What opens a recording; that it was given is written down */
        post: operations["postOrgRecordingOpen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/recordings/{recording}/parts/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A part of a recording, as the node sealed it */
        get: operations["getOrgRecordingPart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/requestable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I may ask access to */
        get: operations["getOrgRequestable"];
        put?: never;
        post?: never;
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
    "/v1/orgs/{org}/resources/{resource}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a resource */
        delete: operations["deleteOrgResource"];
        options?: never;
        head?: never;
        /** Change a resource */
        patch: operations["patchOrgResource"];
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
        /** Grant access to a resource */
        post: operations["postOrgResourceGrants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles, and what each may do */
        get: operations["getOrgRoles"];
        put?: never;
        /** Make a role */
        post: operations["postOrgRoles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change what a role may do */
        put: operations["putOrgRole"];
        post?: never;
        /** Delete a role */
        delete: operations["deleteOrgRole"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The secrets, without their values */
        get: operations["getOrgSecrets"];
        put?: never;
        /** Make a secret, of a value or of one that the fabric generates */
        post: operations["postOrgSecrets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One secret, without its value */
        get: operations["getOrgSecret"];
        put?: never;
        post?: never;
        /** Delete a secret that no resource uses, with all its versions */
        delete: operations["deleteOrgSecret"];
        options?: never;
        head?: never;
        /** Change what holds for a secret: labels, rotation, expiry, who may use and reveal it */
        patch: operations["patchOrgSecret"];
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Go back to an older version */
        put: operations["putOrgSecretCurrent"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a value, with a reason that is written down */
        post: operations["postOrgSecretReveal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Generate a new value now */
        post: operations["postOrgSecretRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When, and for whom, a secret was used or revealed */
        get: operations["getOrgSecretUses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of a secret, newest first */
        get: operations["getOrgSecretVersions"];
        put?: never;
        /** Put a new value: it is the current version from now on */
        post: operations["postOrgSecretVersions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/secrets/{secret}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Destroy the value of a version that is not current */
        delete: operations["deleteOrgSecretVersion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/service-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The service accounts */
        get: operations["getOrgServiceAccounts"];
        put?: never;
        /** Make a service account */
        post: operations["postOrgServiceAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/service-accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a service account: its keys end */
        delete: operations["deleteOrgServiceAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/service-accounts/{account}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a key for a service account, shown once */
        post: operations["postOrgServiceAccountKeys"];
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
        /** End a session of mine */
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
        /** Attach again to a session of mine that lives: to control, share or watch it */
        post: operations["postOrgSessionAttachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/sign-in-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the people of an organization must sign in */
        get: operations["getOrgSignInPolicy"];
        /** Change how they must sign in: my own sign-in has to meet it */
        put: operations["putOrgSignInPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/support-access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Access that was lent to the platform's people */
        get: operations["getOrgSupportAccess"];
        put?: never;
        /** Lend access to one of the platform's people */
        post: operations["postOrgSupportAccess"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/support-access/{access}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take lent access back */
        delete: operations["deleteOrgSupportAccess"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The webhooks */
        get: operations["getOrgWebhooks"];
        put?: never;
        /** Make a webhook: its secret is shown once */
        post: operations["postOrgWebhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["deleteOrgWebhook"];
        options?: never;
        head?: never;
        /** Change a webhook, or switch it on or off */
        patch: operations["patchOrgWebhook"];
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to a webhook, and what it answered */
        get: operations["getOrgWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a delivery again */
        post: operations["postOrgWebhookDeliveryRedeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a webhook a test event */
        post: operations["postOrgWebhookTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/administrators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The platform's administrators */
        get: operations["getPlatformAdministrators"];
        put?: never;
        /** Make someone an administrator, and invite them if they are new */
        post: operations["postPlatformAdministrators"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/administrators/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take the role of an administrator away */
        delete: operations["deletePlatformAdministrator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search the platform's audit trail, newest first */
        get: operations["getPlatformAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export the platform's audit trail */
        get: operations["getPlatformAuditExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/audit/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long the platform's audit trail is kept */
        get: operations["getPlatformAuditRetention"];
        /** Change how long the platform's audit trail is kept */
        put: operations["putPlatformAuditRetention"];
        post?: never;
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
        /** The bootstrap tokens of a cluster, newest first */
        get: operations["getPlatformClusterBootstrapTokens"];
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
    "/v1/platform/clusters/{cluster}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A cluster's CA and signing key, and what their rotation waits for */
        get: operations["getPlatformClusterKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/keys/{purpose}/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the rotation of a cluster's CA or signing key a step on, or back */
        post: operations["postPlatformClusterKeyRotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/node-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Nodes that asked to join, newest first */
        get: operations["getPlatformClusterNodeRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/node-requests/{request}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a node in whose fingerprint was compared */
        post: operations["postPlatformClusterNodeRequestApprove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/node-requests/{request}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a node for good */
        post: operations["postPlatformClusterNodeRequestRefuse"];
        delete?: never;
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
    "/v1/platform/clusters/{cluster}/nodes/{node}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a node: its links and sessions end at once, its name is free again */
        delete: operations["deletePlatformClusterNode"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/partition": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this control plane can prove to be the one authority */
        get: operations["getPlatformClusterPartition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/partition/{verb}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Split, promote or merge: stand back, act as the authority, end the division */
        post: operations["postPlatformClusterPartition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/clusters/{cluster}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the cluster takes nodes in */
        get: operations["getPlatformClusterPolicy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change how the cluster takes nodes in */
        patch: operations["patchPlatformClusterPolicy"];
        trace?: never;
    };
    "/v1/platform/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens on the platform, as it happens */
        get: operations["getPlatformEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The background jobs, and how each ran last */
        get: operations["getPlatformJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key service, and what is done to keys */
        get: operations["getPlatformKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/keys/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Wrap all keys anew, or exchange the data keys of organizations */
        post: operations["postPlatformKeysOperations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/keys/operations/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Stop an operation on keys */
        delete: operations["deletePlatformKeysOperation"];
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
        /** The organizations */
        get: operations["getPlatformOrganizations"];
        put?: never;
        /** Make an organization */
        post: operations["postPlatformOrganizations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/organizations/{org}/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The e-mail domains that are an organization's own */
        get: operations["getPlatformOrganizationDomains"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/organizations/{org}/domains/{domain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Write down that a domain is an organization's own */
        put: operations["putPlatformOrganizationDomain"];
        post?: never;
        /** Withdraw a domain from an organization */
        delete: operations["deletePlatformOrganizationDomain"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/organizations/{org}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an organization may have, and has, for the platform */
        get: operations["getPlatformOrganizationQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what an organization may have */
        patch: operations["patchPlatformOrganizationQuotas"];
        trace?: never;
    };
    "/v1/platform/organizations/{org}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume an organization that was suspended */
        post: operations["postPlatformOrganizationResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/platform/organizations/{org}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend an organization: its sessions end, nobody gets in, its keys and webhooks rest */
        post: operations["postPlatformOrganizationSuspend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/discover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The identity providers to sign in with */
        post: operations["postSsoDiscover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/ldap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a directory's password */
        post: operations["postSsoLdap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/oidc/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Come back from an OpenID Connect provider */
        get: operations["getSsoOidcCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/saml/{provider}/assertion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Come back from a SAML provider with its assertion */
        post: operations["postSsoSamlAssertion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/saml/{provider}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a SAML provider must know of this side */
        get: operations["getSsoSamlMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign in at a provider: the address to go to */
        post: operations["postSsoStart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sso/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange the one-time code for tokens */
        post: operations["postSsoToken"];
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
            code: "bad_request" | "unauthenticated" | "bad_credentials" | "token_invalid" | "token_expired" | "token_replayed" | "token_wrong_cluster" | "token_wrong_node" | "token_wrong_resource" | "token_wrong_org" | "proof_invalid" | "forbidden" | "channel_not_allowed" | "not_found" | "conflict" | "stale_generation" | "too_large" | "rate_limited" | "attachment_unknown" | "session_ended" | "no_route" | "no_entry" | "no_service_node" | "target_unreachable" | "target_refused" | "target_untrusted" | "target_auth_failed" | "overloaded" | "unavailable" | "protocol_violation" | "internal" | "quota_exceeded" | "too_many_streams" | "address_not_allowed" | "sso_refused" | "sso_no_role" | "sso_no_account" | "sso_not_yours" | "provider_unreachable" | "provider_mismatch" | "not_on_this_runtime" | "audit_broken" | "backup_invalid" | "step_up_required" | "second_factor_required" | "sign_in_method_not_allowed" | "device_not_approved" | "sign_in_refused" | "seal_broken" | "secret_in_use" | "secret_unusable" | "enrolment_refused" | "authority_not_proven" | "authority_stale" | "snapshot_gap" | "takeover_refused" | "watching_refused" | "recording_unavailable" | "organization_suspended";
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
                        jobs?: {
                            [key: string]: {
                                /** Format: date-time */
                                lastRunAt: string | null;
                                ok: boolean;
                            };
                        };
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
    getAuditKeys: {
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
    postAuthInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
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
                        email: string;
                        /** Format: date-time */
                        expiresAt: string;
                        isOffer: boolean;
                        name: string;
                        organization: string | null;
                    };
                };
            };
        };
    };
    postAuthInvitationDecline: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
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
    postAuthJoin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    salt: string;
                    token: string;
                    verifier: string;
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
    postAuthPasskeyFinish: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    attempt: string;
                    /** @default false */
                    cookie?: boolean;
                    device?: {
                        key: {
                            /** @enum {string} */
                            crv: "P-256";
                            /** @enum {string} */
                            kty: "EC";
                            x: string;
                            y: string;
                        };
                        name: string;
                        signature: string;
                    };
                    response: {
                        /** @enum {string} */
                        authenticatorAttachment?: "cross-platform" | "platform";
                        /** @default {} */
                        clientExtensionResults?: Record<string, never>;
                        id: string;
                        rawId: string;
                        response: {
                            authenticatorData: string;
                            clientDataJSON: string;
                            signature: string;
                            userHandle?: string;
                        };
                        /** @enum {string} */
                        type: "public-key";
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
                        accessToken: string;
                        expiresIn: number;
                        proof?: string;
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    } | {
                        proof?: string;
                        secondFactor: {
                            /** Format: uuid */
                            attempt: string;
                            methods: ("totp" | "passkey" | "recovery")[];
                        };
                    };
                };
            };
        };
    };
    postAuthPasskeyStart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
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
                        /** Format: uuid */
                        attempt: string;
                        options?: unknown;
                    };
                };
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    };
                };
            };
        };
    };
    postAuthSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    attempt: string;
                    /** @default false */
                    cookie?: boolean;
                    proof: {
                        code: string;
                        /** @enum {string} */
                        type: "totp";
                    } | {
                        code: string;
                        /** @enum {string} */
                        type: "recovery";
                    } | {
                        /** Format: uuid */
                        attempt: string;
                        response: {
                            /** @enum {string} */
                            authenticatorAttachment?: "cross-platform" | "platform";
                            /** @default {} */
                            clientExtensionResults?: Record<string, never>;
                            id: string;
                            rawId: string;
                            response: {
                                authenticatorData: string;
                                clientDataJSON: string;
                                signature: string;
                                userHandle?: string;
                            };
                            /** @enum {string} */
                            type: "public-key";
                        };
                        /** @enum {string} */
                        type: "passkey";
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
                        accessToken: string;
                        expiresIn: number;
                        proof?: string;
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    } | {
                        proof?: string;
                        secondFactor: {
                            /** Format: uuid */
                            attempt: string;
                            methods: ("totp" | "passkey" | "recovery")[];
                        };
                    };
                };
            };
        };
    };
    postAuthSecondFactorPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    attempt: string;
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
                        /** Format: uuid */
                        attempt: string;
                        options?: unknown;
                    };
                };
            };
        };
    };
    postAuthSrpFinish: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    attempt: string;
                    /** @default false */
                    cookie?: boolean;
                    device?: {
                        key: {
                            /** @enum {string} */
                            crv: "P-256";
                            /** @enum {string} */
                            kty: "EC";
                            x: string;
                            y: string;
                        };
                        name: string;
                        signature: string;
                    };
                    proof: string;
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
                        proof?: string;
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    } | {
                        proof?: string;
                        secondFactor: {
                            /** Format: uuid */
                            attempt: string;
                            methods: ("totp" | "passkey" | "recovery")[];
                        };
                    };
                };
            };
        };
    };
    postAuthSrpStart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    A: string;
                    /** Format: email */
                    email: string;
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
                        /** Format: uuid */
                        attempt: string;
                        B: string;
                        salt: string;
                    };
                };
            };
        };
    };
    getAuthStepUp: {
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
                        methods: ("totp" | "passkey" | "recovery" | "password")[];
                    };
                };
            };
        };
    };
    postAuthStepUp: {
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
                    proof: {
                        code: string;
                        /** @enum {string} */
                        type: "totp";
                    } | {
                        code: string;
                        /** @enum {string} */
                        type: "recovery";
                    } | {
                        /** Format: uuid */
                        attempt: string;
                        response: {
                            /** @enum {string} */
                            authenticatorAttachment?: "cross-platform" | "platform";
                            /** @default {} */
                            clientExtensionResults?: Record<string, never>;
                            id: string;
                            rawId: string;
                            response: {
                                authenticatorData: string;
                                clientDataJSON: string;
                                signature: string;
                                userHandle?: string;
                            };
                            /** @enum {string} */
                            type: "public-key";
                        };
                        /** @enum {string} */
                        type: "passkey";
                    } | {
                        /** Format: uuid */
                        attempt: string;
                        proof: string;
                        /** @enum {string} */
                        type: "password";
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
                        accessToken: string;
                        expiresIn: number;
                    };
                };
            };
        };
    };
    postAuthStepUpPasskey: {
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
                "application/json": Record<string, never>;
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
                        /** Format: uuid */
                        attempt: string;
                        options?: unknown;
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
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        }[];
                        /** @enum {string|null} */
                        platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                    };
                };
            };
        };
    };
    postMeAuthenticator: {
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
                "application/json": Record<string, never>;
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
                        secret: string;
                        uri: string;
                    };
                };
            };
        };
    };
    deleteMeAuthenticator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
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
    postMeAuthenticatorConfirm: {
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
                    code: string;
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
                        codes: string[];
                    };
                };
            };
        };
    };
    deleteMeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
    postMeInvitations: {
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
                    token: string;
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
                        organization: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        };
                    };
                };
            };
        };
    };
    getMeOrganization: {
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
                        /** Format: uuid */
                        id: string;
                        name: string;
                        permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string | null;
                    };
                };
            };
        };
    };
    postMePasskeys: {
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
                    attempt: string;
                    name: string;
                    response: {
                        /** @enum {string} */
                        authenticatorAttachment?: "cross-platform" | "platform";
                        /** @default {} */
                        clientExtensionResults?: Record<string, never>;
                        id: string;
                        rawId: string;
                        response: {
                            attestationObject: string;
                            clientDataJSON: string;
                            /** @default [] */
                            transports?: string[];
                        };
                        /** @enum {string} */
                        type: "public-key";
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
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: uuid */
                        id: string;
                        /** Format: date-time */
                        lastUsedAt: string | null;
                        name: string;
                    };
                };
            };
        };
    };
    deleteMePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
    patchMePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
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
    postMePasskeysStart: {
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
                "application/json": Record<string, never>;
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
                        /** Format: uuid */
                        attempt: string;
                        options?: unknown;
                    };
                };
            };
        };
    };
    postMeRecoveryCodes: {
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
                "application/json": Record<string, never>;
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
                        codes: string[];
                    };
                };
            };
        };
    };
    getMeSecurity: {
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
                        authenticator: boolean;
                        devices: {
                            /** Format: date-time */
                            createdAt: string;
                            current: boolean;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastSeenAt: string;
                            name: string;
                        }[];
                        passkeys: {
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastUsedAt: string | null;
                            name: string;
                        }[];
                        password: boolean;
                        recoveryCodes: number;
                        signIns: {
                            agent: string;
                            /** Format: date-time */
                            createdAt: string;
                            current: boolean;
                            device: string | null;
                            evidence: ("pwd" | "hwk" | "otp" | "rcv" | "sso" | "mfa")[];
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastSeenAt: string;
                            region: string | null;
                        }[];
                    };
                };
            };
        };
    };
    putMeSecurityPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    attempt: string;
                    proof: string;
                    salt: string;
                    verifier: string;
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
    deleteMeSignIns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
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
    deleteMeSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
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
                    newerAuthority?: string;
                    sessions: {
                        generation: number;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        state: "requested" | "starting" | "active" | "detached" | "terminated" | "failed";
                    }[];
                    snapshotVersion?: number;
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
                        epoch: number;
                        snapshotVersion: number;
                    };
                };
            };
        };
    };
    getNodeLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postNodeRecordingParts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                recording: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    index: number;
                    isLast: boolean;
                    sealed: string;
                    wrappedKey?: string;
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
                    sealKey?: string;
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
                        sealKey?: string;
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
                    nonce: string;
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
                    control?: {
                        /** Format: uuid */
                        attachment: string;
                        /** @enum {string} */
                        change: "control" | "share" | "observe" | "refused" | "left";
                        number: number;
                    };
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
                epoch?: number;
                increments?: "yes";
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
                    } | {
                        increment: string;
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
                    facts?: {
                        agent?: string;
                        architecture?: string;
                        capabilities?: string[];
                        hostname?: string;
                        platform?: string;
                    };
                    name: string;
                    sealKey?: string;
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
                        sealKey?: string;
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
            /** @description A person has to approve the node first */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        waiting: {
                            /** Format: date-time */
                            expiresAt: string;
                            fingerprint: string;
                            /** Format: uuid */
                            request: string;
                        };
                    };
                };
            };
        };
    };
    getOrg: {
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
                        branding: {
                            colour?: string;
                            displayName?: string;
                            logo?: string;
                        };
                        features: {
                            apiKeys: boolean;
                            supportAccess: boolean;
                        };
                        /** Format: uuid */
                        id: string;
                        locale: string;
                        name: string;
                    };
                };
            };
        };
    };
    patchOrg: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    branding?: {
                        colour?: string;
                        displayName?: string;
                        logo?: string;
                    };
                    features?: {
                        apiKeys?: boolean;
                        supportAccess?: boolean;
                    };
                    locale?: string;
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
                        branding: {
                            colour?: string;
                            displayName?: string;
                            logo?: string;
                        };
                        features: {
                            apiKeys: boolean;
                            supportAccess: boolean;
                        };
                        /** Format: uuid */
                        id: string;
                        locale: string;
                        name: string;
                    };
                };
            };
        };
    };
    getOrgAccessRequests: {
        parameters: {
            query?: {
                state?: "pending" | "approved" | "denied" | "withdrawn" | "expired";
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
                        requests: {
                            /** Format: uuid */
                            by: string;
                            byName: string | null;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: uuid */
                            decidedBy: string | null;
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            note: string | null;
                            reason: string;
                            /** Format: uuid */
                            resource: string;
                            resourceName: string;
                            seconds: number;
                            /** @enum {string} */
                            state: "pending" | "approved" | "denied" | "withdrawn" | "expired";
                        }[];
                    };
                };
            };
        };
    };
    postOrgAccessRequests: {
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
                    reason: string;
                    /** Format: uuid */
                    resource: string;
                    seconds: number;
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
                        by: string;
                        byName: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: uuid */
                        decidedBy: string | null;
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        id: string;
                        note: string | null;
                        reason: string;
                        /** Format: uuid */
                        resource: string;
                        resourceName: string;
                        seconds: number;
                        /** @enum {string} */
                        state: "pending" | "approved" | "denied" | "withdrawn" | "expired";
                    };
                };
            };
        };
    };
    deleteOrgAccessRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                request: string;
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
    postOrgAccessRequestApprove: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
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
                        /** Format: uuid */
                        by: string;
                        byName: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: uuid */
                        decidedBy: string | null;
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        id: string;
                        note: string | null;
                        reason: string;
                        /** Format: uuid */
                        resource: string;
                        resourceName: string;
                        seconds: number;
                        /** @enum {string} */
                        state: "pending" | "approved" | "denied" | "withdrawn" | "expired";
                    };
                };
            };
        };
    };
    postOrgAccessRequestDeny: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
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
                        /** Format: uuid */
                        by: string;
                        byName: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: uuid */
                        decidedBy: string | null;
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        id: string;
                        note: string | null;
                        reason: string;
                        /** Format: uuid */
                        resource: string;
                        resourceName: string;
                        seconds: number;
                        /** @enum {string} */
                        state: "pending" | "approved" | "denied" | "withdrawn" | "expired";
                    };
                };
            };
        };
    };
    getOrgAllSessions: {
        parameters: {
            query?: {
                before?: string;
                holder?: string;
                limit?: number;
                resource?: string;
                state?: "requested" | "starting" | "active" | "detached" | "terminated" | "failed" | "live" | "over";
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
                        /** Format: uuid */
                        next: string | null;
                        sessions: {
                            /** Format: date-time */
                            changedAt: string;
                            /** Format: date-time */
                            createdAt: string;
                            holder: {
                                email: string | null;
                                /** Format: uuid */
                                id: string;
                                name: string | null;
                                /** @enum {string} */
                                type: "user" | "service_account" | "gone";
                            };
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            protocol: "ssh" | "tcp" | "vnc";
                            reason: string | null;
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
    postOrgAllSessionAttachments: {
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
                    reason: string;
                    /**
                     * @default controller
                     * @enum {string}
                     */
                    role?: "controller" | "shared";
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
                        resume: string;
                        sealKey: string;
                        /** Format: uuid */
                        session: string;
                        token: string;
                    };
                };
            };
        };
    };
    postOrgAllSessionEnd: {
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
                    reason: string;
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
    postOrgAllSessionObservers: {
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
                    reason: string;
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
                        resume: string;
                        sealKey: string;
                        /** Format: uuid */
                        session: string;
                        token: string;
                    };
                };
            };
        };
    };
    getOrgApiKeys: {
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
                        apiKeys: {
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastUsedAt: string | null;
                            name: string;
                            permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                            /** Format: date-time */
                            revokedAt: string | null;
                            /** Format: uuid */
                            serviceAccount: string;
                            sources: string[];
                        }[];
                    };
                };
            };
        };
    };
    deleteOrgApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
                org: string;
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
    getOrgAudit: {
        parameters: {
            query?: {
                action?: string;
                actor?: string;
                before?: number;
                limit?: number;
                since?: string;
                subject?: string;
                text?: string;
                until?: string;
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
                            address: string | null;
                            /** Format: date-time */
                            at: string;
                            detail: string | null;
                            generation: number | null;
                            hash: string;
                            prev: string;
                            reason: string | null;
                            region: string | null;
                            requestId: string;
                            seq: number;
                            subject: string | null;
                            userAgent: string | null;
                        }[];
                        next: number | null;
                    };
                };
            };
        };
    };
    getOrgAuditExport: {
        parameters: {
            query?: {
                action?: string;
                actor?: string;
                format?: "jsonl" | "csv";
                since?: string;
                subject?: string;
                text?: string;
                until?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                    "text/csv": string;
                };
            };
        };
    };
    getOrgAuditRetention: {
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
                        days: number | null;
                    };
                };
            };
        };
    };
    putOrgAuditRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    days: number | null;
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
                        days: number | null;
                    };
                };
            };
        };
    };
    getOrgDevices: {
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
                        devices: {
                            approved: boolean;
                            email: string;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastSeenAt: string;
                            name: string;
                            /** Format: uuid */
                            user: string;
                        }[];
                        /** Format: uuid */
                        org: string;
                    };
                };
            };
        };
    };
    putOrgDeviceApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: string;
                org: string;
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
    deleteOrgDeviceApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                device: string;
                org: string;
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
    getOrgEvents: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: number | null;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream that does not end by itself */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    getOrgGrants: {
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
                        grants: {
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
                            } | null;
                            /** Format: date-time */
                            expiresAt: string | null;
                            /** Format: uuid */
                            id: string;
                            on: {
                                /** Format: uuid */
                                resource: string;
                            } | {
                                matchLabels: {
                                    [key: string]: string;
                                };
                            };
                            to: {
                                /** @enum {string} */
                                type: "user";
                                /** Format: uuid */
                                user: string;
                            } | {
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                                /** @enum {string} */
                                type: "role";
                            } | {
                                /** Format: uuid */
                                group: string;
                                /** @enum {string} */
                                type: "group";
                            } | {
                                /** Format: uuid */
                                serviceAccount: string;
                                /** @enum {string} */
                                type: "service_account";
                            };
                            window: {
                                days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                                from: string;
                                timeZone: string;
                                to: string;
                            } | null;
                        }[];
                    };
                };
            };
        };
    };
    postOrgGrants: {
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
                    /** Format: date-time */
                    expiresAt?: string;
                    on: {
                        /** Format: uuid */
                        resource: string;
                    } | {
                        matchLabels: {
                            [key: string]: string;
                        };
                    };
                    to: {
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    };
                    window?: {
                        days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                        from: string;
                        timeZone: string;
                        to: string;
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
                        } | null;
                        /** Format: date-time */
                        expiresAt: string | null;
                        /** Format: uuid */
                        id: string;
                        on: {
                            /** Format: uuid */
                            resource: string;
                        } | {
                            matchLabels: {
                                [key: string]: string;
                            };
                        };
                        to: {
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        };
                        window: {
                            days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                            from: string;
                            timeZone: string;
                            to: string;
                        } | null;
                    };
                };
            };
        };
    };
    deleteOrgGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                grant: string;
                org: string;
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
    getOrgGroups: {
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
                        groups: {
                            /** Format: uuid */
                            id: string;
                            members: string[];
                            name: string;
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string | null;
                        }[];
                    };
                };
            };
        };
    };
    postOrgGroups: {
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
                        members: string[];
                        name: string;
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string | null;
                    };
                };
            };
        };
    };
    deleteOrgGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                org: string;
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
    putOrgGroupMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                org: string;
                user: string;
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
    deleteOrgGroupMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                org: string;
                user: string;
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
    putOrgGroupRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string | null;
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
    getOrgIdentityProviders: {
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
                        providers: {
                            assertionUrl?: string;
                            emailDomains: string[];
                            enabled: boolean;
                            hasSecret: boolean;
                            /** Format: uuid */
                            id: string;
                            metadataUrl?: string;
                            name: string;
                            provisioning: boolean;
                            redirectUrl?: string;
                            roles: {
                                /** @default [] */
                                groups: {
                                    group: string;
                                    /** @enum {string} */
                                    role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                                }[];
                                /**
                                 * @default null
                                 * @enum {string|null}
                                 */
                                otherwise: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user" | null;
                            };
                            settings: {
                                /**
                                 * @default [
                                 *       "RS256",
                                 *       "PS256",
                                 *       "ES256",
                                 *       "EdDSA"
                                 *     ]
                                 */
                                algorithms: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                                clientId: string;
                                /** @default false */
                                emailsAreVerified: boolean;
                                /** @default groups */
                                groupsClaim: string;
                                /** Format: uri */
                                issuer: string;
                                /** @enum {string} */
                                kind: "oidc";
                                /**
                                 * @default [
                                 *       "openid",
                                 *       "email",
                                 *       "profile"
                                 *     ]
                                 */
                                scopes: string[];
                            } | {
                                certificates: string[];
                                /** @default email */
                                emailAttribute: string;
                                /** Format: uri */
                                entryPoint: string;
                                /** @default groups */
                                groupsAttribute: string;
                                idpIssuer: string;
                                /** @enum {string} */
                                kind: "saml";
                                /** @default displayName */
                                nameAttribute: string;
                            } | {
                                baseDn: string;
                                bindDn: string;
                                certificateAuthority?: string;
                                /** @default mail */
                                emailAttribute: string;
                                /**
                                 * @default {
                                 *       "from": "attribute",
                                 *       "attribute": "memberOf"
                                 *     }
                                 */
                                groups: {
                                    /** @default memberOf */
                                    attribute: string;
                                    /** @enum {string} */
                                    from: "attribute";
                                } | {
                                    baseDn: string;
                                    /** @default (member={dn}) */
                                    filter: string;
                                    /** @enum {string} */
                                    from: "search";
                                };
                                /** @enum {string} */
                                kind: "ldap";
                                /** @default cn */
                                nameAttribute: string;
                                /** @default false */
                                startTls: boolean;
                                /** @default entryUUID */
                                subjectAttribute: string;
                                url: string;
                                /** @default (|(uid={username})(mail={username})) */
                                userFilter: string;
                            };
                        }[];
                    };
                };
            };
        };
    };
    postOrgIdentityProviders: {
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
                    /** @default [] */
                    emailDomains?: string[];
                    /** @default false */
                    enabled?: boolean;
                    name: string;
                    /** @default false */
                    provisioning?: boolean;
                    roles: {
                        /** @default [] */
                        groups?: {
                            group: string;
                            /** @enum {string} */
                            role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        }[];
                        /**
                         * @default null
                         * @enum {string|null}
                         */
                        otherwise?: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user" | null;
                    };
                    secret?: string;
                    settings: {
                        /**
                         * @default [
                         *       "RS256",
                         *       "PS256",
                         *       "ES256",
                         *       "EdDSA"
                         *     ]
                         */
                        algorithms?: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                        clientId: string;
                        /** @default false */
                        emailsAreVerified?: boolean;
                        /** @default groups */
                        groupsClaim?: string;
                        /** Format: uri */
                        issuer: string;
                        /** @enum {string} */
                        kind: "oidc";
                        /**
                         * @default [
                         *       "openid",
                         *       "email",
                         *       "profile"
                         *     ]
                         */
                        scopes?: string[];
                    } | {
                        certificates: string[];
                        /** @default email */
                        emailAttribute?: string;
                        /** Format: uri */
                        entryPoint: string;
                        /** @default groups */
                        groupsAttribute?: string;
                        idpIssuer: string;
                        /** @enum {string} */
                        kind: "saml";
                        /** @default displayName */
                        nameAttribute?: string;
                    } | {
                        baseDn: string;
                        bindDn: string;
                        certificateAuthority?: string;
                        /** @default mail */
                        emailAttribute?: string;
                        /**
                         * @default {
                         *       "from": "attribute",
                         *       "attribute": "memberOf"
                         *     }
                         */
                        groups?: {
                            /** @default memberOf */
                            attribute?: string;
                            /** @enum {string} */
                            from: "attribute";
                        } | {
                            baseDn: string;
                            /** @default (member={dn}) */
                            filter?: string;
                            /** @enum {string} */
                            from: "search";
                        };
                        /** @enum {string} */
                        kind: "ldap";
                        /** @default cn */
                        nameAttribute?: string;
                        /** @default false */
                        startTls?: boolean;
                        /** @default entryUUID */
                        subjectAttribute?: string;
                        url: string;
                        /** @default (|(uid={username})(mail={username})) */
                        userFilter?: string;
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
                        assertionUrl?: string;
                        emailDomains: string[];
                        enabled: boolean;
                        hasSecret: boolean;
                        /** Format: uuid */
                        id: string;
                        metadataUrl?: string;
                        name: string;
                        provisioning: boolean;
                        redirectUrl?: string;
                        roles: {
                            /** @default [] */
                            groups: {
                                group: string;
                                /** @enum {string} */
                                role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                            }[];
                            /**
                             * @default null
                             * @enum {string|null}
                             */
                            otherwise: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user" | null;
                        };
                        settings: {
                            /**
                             * @default [
                             *       "RS256",
                             *       "PS256",
                             *       "ES256",
                             *       "EdDSA"
                             *     ]
                             */
                            algorithms: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                            clientId: string;
                            /** @default false */
                            emailsAreVerified: boolean;
                            /** @default groups */
                            groupsClaim: string;
                            /** Format: uri */
                            issuer: string;
                            /** @enum {string} */
                            kind: "oidc";
                            /**
                             * @default [
                             *       "openid",
                             *       "email",
                             *       "profile"
                             *     ]
                             */
                            scopes: string[];
                        } | {
                            certificates: string[];
                            /** @default email */
                            emailAttribute: string;
                            /** Format: uri */
                            entryPoint: string;
                            /** @default groups */
                            groupsAttribute: string;
                            idpIssuer: string;
                            /** @enum {string} */
                            kind: "saml";
                            /** @default displayName */
                            nameAttribute: string;
                        } | {
                            baseDn: string;
                            bindDn: string;
                            certificateAuthority?: string;
                            /** @default mail */
                            emailAttribute: string;
                            /**
                             * @default {
                             *       "from": "attribute",
                             *       "attribute": "memberOf"
                             *     }
                             */
                            groups: {
                                /** @default memberOf */
                                attribute: string;
                                /** @enum {string} */
                                from: "attribute";
                            } | {
                                baseDn: string;
                                /** @default (member={dn}) */
                                filter: string;
                                /** @enum {string} */
                                from: "search";
                            };
                            /** @enum {string} */
                            kind: "ldap";
                            /** @default cn */
                            nameAttribute: string;
                            /** @default false */
                            startTls: boolean;
                            /** @default entryUUID */
                            subjectAttribute: string;
                            url: string;
                            /** @default (|(uid={username})(mail={username})) */
                            userFilter: string;
                        };
                    };
                };
            };
        };
    };
    putOrgIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default [] */
                    emailDomains?: string[];
                    /** @default false */
                    enabled?: boolean;
                    name: string;
                    /** @default false */
                    provisioning?: boolean;
                    roles: {
                        /** @default [] */
                        groups?: {
                            group: string;
                            /** @enum {string} */
                            role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        }[];
                        /**
                         * @default null
                         * @enum {string|null}
                         */
                        otherwise?: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user" | null;
                    };
                    secret?: string;
                    settings: {
                        /**
                         * @default [
                         *       "RS256",
                         *       "PS256",
                         *       "ES256",
                         *       "EdDSA"
                         *     ]
                         */
                        algorithms?: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                        clientId: string;
                        /** @default false */
                        emailsAreVerified?: boolean;
                        /** @default groups */
                        groupsClaim?: string;
                        /** Format: uri */
                        issuer: string;
                        /** @enum {string} */
                        kind: "oidc";
                        /**
                         * @default [
                         *       "openid",
                         *       "email",
                         *       "profile"
                         *     ]
                         */
                        scopes?: string[];
                    } | {
                        certificates: string[];
                        /** @default email */
                        emailAttribute?: string;
                        /** Format: uri */
                        entryPoint: string;
                        /** @default groups */
                        groupsAttribute?: string;
                        idpIssuer: string;
                        /** @enum {string} */
                        kind: "saml";
                        /** @default displayName */
                        nameAttribute?: string;
                    } | {
                        baseDn: string;
                        bindDn: string;
                        certificateAuthority?: string;
                        /** @default mail */
                        emailAttribute?: string;
                        /**
                         * @default {
                         *       "from": "attribute",
                         *       "attribute": "memberOf"
                         *     }
                         */
                        groups?: {
                            /** @default memberOf */
                            attribute?: string;
                            /** @enum {string} */
                            from: "attribute";
                        } | {
                            baseDn: string;
                            /** @default (member={dn}) */
                            filter?: string;
                            /** @enum {string} */
                            from: "search";
                        };
                        /** @enum {string} */
                        kind: "ldap";
                        /** @default cn */
                        nameAttribute?: string;
                        /** @default false */
                        startTls?: boolean;
                        /** @default entryUUID */
                        subjectAttribute?: string;
                        url: string;
                        /** @default (|(uid={username})(mail={username})) */
                        userFilter?: string;
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
                        assertionUrl?: string;
                        emailDomains: string[];
                        enabled: boolean;
                        hasSecret: boolean;
                        /** Format: uuid */
                        id: string;
                        metadataUrl?: string;
                        name: string;
                        provisioning: boolean;
                        redirectUrl?: string;
                        roles: {
                            /** @default [] */
                            groups: {
                                group: string;
                                /** @enum {string} */
                                role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                            }[];
                            /**
                             * @default null
                             * @enum {string|null}
                             */
                            otherwise: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user" | null;
                        };
                        settings: {
                            /**
                             * @default [
                             *       "RS256",
                             *       "PS256",
                             *       "ES256",
                             *       "EdDSA"
                             *     ]
                             */
                            algorithms: ("RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" | "ES256" | "ES384" | "EdDSA")[];
                            clientId: string;
                            /** @default false */
                            emailsAreVerified: boolean;
                            /** @default groups */
                            groupsClaim: string;
                            /** Format: uri */
                            issuer: string;
                            /** @enum {string} */
                            kind: "oidc";
                            /**
                             * @default [
                             *       "openid",
                             *       "email",
                             *       "profile"
                             *     ]
                             */
                            scopes: string[];
                        } | {
                            certificates: string[];
                            /** @default email */
                            emailAttribute: string;
                            /** Format: uri */
                            entryPoint: string;
                            /** @default groups */
                            groupsAttribute: string;
                            idpIssuer: string;
                            /** @enum {string} */
                            kind: "saml";
                            /** @default displayName */
                            nameAttribute: string;
                        } | {
                            baseDn: string;
                            bindDn: string;
                            certificateAuthority?: string;
                            /** @default mail */
                            emailAttribute: string;
                            /**
                             * @default {
                             *       "from": "attribute",
                             *       "attribute": "memberOf"
                             *     }
                             */
                            groups: {
                                /** @default memberOf */
                                attribute: string;
                                /** @enum {string} */
                                from: "attribute";
                            } | {
                                baseDn: string;
                                /** @default (member={dn}) */
                                filter: string;
                                /** @enum {string} */
                                from: "search";
                            };
                            /** @enum {string} */
                            kind: "ldap";
                            /** @default cn */
                            nameAttribute: string;
                            /** @default false */
                            startTls: boolean;
                            /** @default entryUUID */
                            subjectAttribute: string;
                            url: string;
                            /** @default (|(uid={username})(mail={username})) */
                            userFilter: string;
                        };
                    };
                };
            };
        };
    };
    deleteOrgIdentityProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                provider: string;
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
    postOrgIdentityProviderTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                provider: string;
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
                        detail: string;
                        /** @enum {boolean} */
                        works: true;
                    };
                };
            };
        };
    };
    getOrgInventory: {
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
                            egressPool: string;
                            hasCredential: boolean;
                            /** Format: uuid */
                            id: string;
                            labels: {
                                [key: string]: string;
                            };
                            name: string;
                            /** @enum {string} */
                            protocol: "ssh" | "tcp" | "vnc";
                            requestRule: {
                                /** @default null */
                                auto: {
                                    roles: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                                    /** @default null */
                                    window: {
                                        days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                                        from: string;
                                        timeZone: string;
                                        to: string;
                                    } | null;
                                } | null;
                                by: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                                /** @default 28800 */
                                maxSeconds: number;
                            } | null;
                            /** Format: uuid */
                            secret: string | null;
                            sessionPolicy: {
                                /** @default null */
                                idleSeconds: number | null;
                                /** @default 90 */
                                keepDays: number;
                                /** @default null */
                                maxSeconds: number | null;
                                /**
                                 * @default own
                                 * @enum {string}
                                 */
                                observe: "never" | "own" | "permitted";
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                recording: "off" | "best_effort" | "required";
                                /** @default false */
                                recordInput: boolean;
                                /**
                                 * @default own
                                 * @enum {string}
                                 */
                                share: "never" | "own" | "permitted";
                                /** @default false */
                                stepUp: boolean;
                                /**
                                 * @default allowed
                                 * @enum {string}
                                 */
                                takeover: "allowed" | "ask" | "never";
                                /**
                                 * @default refuse
                                 * @enum {string}
                                 */
                                unanswered: "refuse" | "allow";
                            };
                            target: {
                                host: string;
                                hostKeys: string[];
                                /** @default 22 */
                                port: number;
                                /** @enum {string} */
                                protocol: "ssh";
                                username: string;
                            } | {
                                host: string;
                                port: number;
                                /** @enum {string} */
                                protocol: "tcp";
                            } | {
                                host: string;
                                /** @default 5900 */
                                port: number;
                                /** @enum {string} */
                                protocol: "vnc";
                                /**
                                 * @default password
                                 * @enum {string}
                                 */
                                security: "password" | "none";
                            };
                        }[];
                    };
                };
            };
        };
    };
    getOrgInvitations: {
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
                        invitations: {
                            /** Format: date-time */
                            createdAt: string;
                            email: string;
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string | null;
                            /** Format: uuid */
                            user: string;
                        }[];
                    };
                };
            };
        };
    };
    deleteOrgInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation: string;
                org: string;
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
    getOrgKeyUses: {
        parameters: {
            query?: {
                before?: string;
                limit?: number;
                offset?: number | null;
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
                        uses: {
                            actor: string;
                            /** Format: date-time */
                            minute: string;
                            /** @enum {string} */
                            purpose: "secret.seal" | "secret.open" | "credential.open" | "recording.seal" | "recording.open" | "webhook.seal" | "webhook.sign" | "identity-provider.seal" | "identity-provider.open" | "key.rotate";
                            subject: string;
                            uses: number;
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
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
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
                    role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
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
                        invitation: {
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            token: string;
                            /** Format: uri */
                            url: string;
                        };
                        name: string;
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                    };
                };
            };
        };
    };
    getOrgMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                user: string;
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
                        email: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                    };
                };
            };
        };
    };
    deleteOrgMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                user: string;
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
    postOrgMemberInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
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
                        /** Format: uri */
                        url: string;
                    };
                };
            };
        };
    };
    putOrgMemberRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
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
                        email: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                    };
                };
            };
        };
    };
    getOrgQuotas: {
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
                        limits: {
                            apiKeys: number;
                            kilobytesPerSecond: number;
                            kilobytesPerSecondPerSession: number;
                            kilobytesPerSecondPerUser: number;
                            kilobytesPerSecondSsh: number;
                            kilobytesPerSecondTcp: number;
                            kilobytesPerSecondVnc: number;
                            members: number;
                            requestsPerMinute: number;
                            resources: number;
                            sessions: number;
                        };
                        used: {
                            apiKeys: number;
                            members: number;
                            resources: number;
                            sessions: number;
                        };
                    };
                };
            };
        };
    };
    getOrgRecordings: {
        parameters: {
            query?: {
                before?: string;
                holder?: string;
                limit?: number;
                resource?: string;
                session?: string;
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
                        /** Format: uuid */
                        next: string | null;
                        recordings: {
                            bytes: number;
                            /** Format: date-time */
                            endedAt: string | null;
                            /** Format: uuid */
                            holder: string;
                            holderName: string | null;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            keepUntil: string;
                            parts: number;
                            /** Format: uuid */
                            resource: string;
                            resourceName: string;
                            /** Format: uuid */
                            session: string;
                            /** Format: date-time */
                            startedAt: string;
                            /** @enum {string} */
                            state: "recording" | "complete" | "cut";
                        }[];
                    };
                };
            };
        };
    };
    deleteOrgRecording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                recording: string;
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
    postOrgRecordingOpen: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                recording: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default play
                     * @enum {string}
                     */
                    purpose?: "play" | "download";
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
                        dataKey: string;
                        recording: {
                            bytes: number;
                            /** Format: date-time */
                            endedAt: string | null;
                            /** Format: uuid */
                            holder: string;
                            holderName: string | null;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            keepUntil: string;
                            parts: number;
                            /** Format: uuid */
                            resource: string;
                            resourceName: string;
                            /** Format: uuid */
                            session: string;
                            /** Format: date-time */
                            startedAt: string;
                            /** @enum {string} */
                            state: "recording" | "complete" | "cut";
                        };
                    };
                };
            };
        };
    };
    getOrgRecordingPart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                index: number | null;
                org: string;
                recording: string;
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
                        sealed: string;
                    };
                };
            };
        };
    };
    getOrgRequestable: {
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
                            /** Format: uuid */
                            id: string;
                            maxSeconds: number;
                            name: string;
                            /** @enum {string} */
                            protocol: "ssh" | "tcp" | "vnc";
                        }[];
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
                            protocol: "ssh" | "tcp" | "vnc";
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
                    } | {
                        /** Format: uuid */
                        secret: string;
                    };
                    egressPool: string;
                    /** @default {} */
                    labels?: {
                        [key: string]: string;
                    };
                    name: string;
                    requestRule?: {
                        /** @default null */
                        auto?: {
                            roles: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                            /** @default null */
                            window?: {
                                days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                                from: string;
                                timeZone: string;
                                to: string;
                            } | null;
                        } | null;
                        by: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                        /** @default 28800 */
                        maxSeconds?: number;
                    } | null;
                    sessionPolicy?: {
                        /** @default null */
                        idleSeconds?: number | null;
                        /** @default 90 */
                        keepDays?: number;
                        /** @default null */
                        maxSeconds?: number | null;
                        /**
                         * @default own
                         * @enum {string}
                         */
                        observe?: "never" | "own" | "permitted";
                        /**
                         * @default off
                         * @enum {string}
                         */
                        recording?: "off" | "best_effort" | "required";
                        /** @default false */
                        recordInput?: boolean;
                        /**
                         * @default own
                         * @enum {string}
                         */
                        share?: "never" | "own" | "permitted";
                        /** @default false */
                        stepUp?: boolean;
                        /**
                         * @default allowed
                         * @enum {string}
                         */
                        takeover?: "allowed" | "ask" | "never";
                        /**
                         * @default refuse
                         * @enum {string}
                         */
                        unanswered?: "refuse" | "allow";
                    };
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
                    } | {
                        host: string;
                        /** @default 5900 */
                        port?: number;
                        /** @enum {string} */
                        protocol: "vnc";
                        /**
                         * @default password
                         * @enum {string}
                         */
                        security?: "password" | "none";
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
                        protocol: "ssh" | "tcp" | "vnc";
                    };
                };
            };
        };
    };
    deleteOrgResource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                resource: string;
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
    patchOrgResource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                resource: string;
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
                    } | {
                        /** Format: uuid */
                        secret: string;
                    } | null;
                    egressPool?: string;
                    labels?: {
                        [key: string]: string;
                    };
                    name?: string;
                    requestRule?: {
                        /** @default null */
                        auto?: {
                            roles: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                            /** @default null */
                            window?: {
                                days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                                from: string;
                                timeZone: string;
                                to: string;
                            } | null;
                        } | null;
                        by: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                        /** @default 28800 */
                        maxSeconds?: number;
                    } | null;
                    sessionPolicy?: {
                        /** @default null */
                        idleSeconds?: number | null;
                        /** @default 90 */
                        keepDays?: number;
                        /** @default null */
                        maxSeconds?: number | null;
                        /**
                         * @default own
                         * @enum {string}
                         */
                        observe?: "never" | "own" | "permitted";
                        /**
                         * @default off
                         * @enum {string}
                         */
                        recording?: "off" | "best_effort" | "required";
                        /** @default false */
                        recordInput?: boolean;
                        /**
                         * @default own
                         * @enum {string}
                         */
                        share?: "never" | "own" | "permitted";
                        /** @default false */
                        stepUp?: boolean;
                        /**
                         * @default allowed
                         * @enum {string}
                         */
                        takeover?: "allowed" | "ask" | "never";
                        /**
                         * @default refuse
                         * @enum {string}
                         */
                        unanswered?: "refuse" | "allow";
                    };
                    target?: {
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
                    } | {
                        host: string;
                        /** @default 5900 */
                        port?: number;
                        /** @enum {string} */
                        protocol: "vnc";
                        /**
                         * @default password
                         * @enum {string}
                         */
                        security?: "password" | "none";
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
                        egressPool: string;
                        hasCredential: boolean;
                        /** Format: uuid */
                        id: string;
                        labels: {
                            [key: string]: string;
                        };
                        name: string;
                        /** @enum {string} */
                        protocol: "ssh" | "tcp" | "vnc";
                        requestRule: {
                            /** @default null */
                            auto: {
                                roles: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                                /** @default null */
                                window: {
                                    days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                                    from: string;
                                    timeZone: string;
                                    to: string;
                                } | null;
                            } | null;
                            by: (("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string)[];
                            /** @default 28800 */
                            maxSeconds: number;
                        } | null;
                        /** Format: uuid */
                        secret: string | null;
                        sessionPolicy: {
                            /** @default null */
                            idleSeconds: number | null;
                            /** @default 90 */
                            keepDays: number;
                            /** @default null */
                            maxSeconds: number | null;
                            /**
                             * @default own
                             * @enum {string}
                             */
                            observe: "never" | "own" | "permitted";
                            /**
                             * @default off
                             * @enum {string}
                             */
                            recording: "off" | "best_effort" | "required";
                            /** @default false */
                            recordInput: boolean;
                            /**
                             * @default own
                             * @enum {string}
                             */
                            share: "never" | "own" | "permitted";
                            /** @default false */
                            stepUp: boolean;
                            /**
                             * @default allowed
                             * @enum {string}
                             */
                            takeover: "allowed" | "ask" | "never";
                            /**
                             * @default refuse
                             * @enum {string}
                             */
                            unanswered: "refuse" | "allow";
                        };
                        target: {
                            host: string;
                            hostKeys: string[];
                            /** @default 22 */
                            port: number;
                            /** @enum {string} */
                            protocol: "ssh";
                            username: string;
                        } | {
                            host: string;
                            port: number;
                            /** @enum {string} */
                            protocol: "tcp";
                        } | {
                            host: string;
                            /** @default 5900 */
                            port: number;
                            /** @enum {string} */
                            protocol: "vnc";
                            /**
                             * @default password
                             * @enum {string}
                             */
                            security: "password" | "none";
                        };
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
                    /** Format: date-time */
                    expiresAt?: string;
                    to: {
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    };
                    window?: {
                        days: ("sun" | "mon" | "tue" | "wed" | "thu" | "fri" | "sat")[];
                        from: string;
                        timeZone: string;
                        to: string;
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
    getOrgRoles: {
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
                        roles: {
                            builtIn: boolean;
                            name: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                        }[];
                    };
                };
            };
        };
    };
    postOrgRoles: {
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
                    name: string;
                    permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
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
                        builtIn: boolean;
                        name: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                    };
                };
            };
        };
    };
    putOrgRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                role: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
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
                        builtIn: boolean;
                        name: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                    };
                };
            };
        };
    };
    deleteOrgRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                role: string;
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
    getOrgSecrets: {
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
                        secrets: {
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            dueSince: string | null;
                            /** Format: date-time */
                            expiresAt: string | null;
                            generated: {
                                /** @enum {string} */
                                kind: "password";
                                /** @default 32 */
                                length: number;
                            } | {
                                /** @enum {string} */
                                kind: "ssh_key";
                            } | null;
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                            labels: {
                                [key: string]: string;
                            };
                            name: string;
                            /** Format: date-time */
                            nextRotationAt: string | null;
                            overlapDays: number;
                            ownedByResource: boolean;
                            publicPart: string | null;
                            revealBy: ({
                                /** @enum {string} */
                                type: "user";
                                /** Format: uuid */
                                user: string;
                            } | {
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                                /** @enum {string} */
                                type: "role";
                            } | {
                                /** Format: uuid */
                                group: string;
                                /** @enum {string} */
                                type: "group";
                            } | {
                                /** Format: uuid */
                                serviceAccount: string;
                                /** @enum {string} */
                                type: "service_account";
                            })[] | null;
                            rotateEveryDays: number | null;
                            useBy: ({
                                /** @enum {string} */
                                type: "user";
                                /** Format: uuid */
                                user: string;
                            } | {
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                                /** @enum {string} */
                                type: "role";
                            } | {
                                /** Format: uuid */
                                group: string;
                                /** @enum {string} */
                                type: "group";
                            } | {
                                /** Format: uuid */
                                serviceAccount: string;
                                /** @enum {string} */
                                type: "service_account";
                            })[] | null;
                            usedBy: {
                                /** Format: uuid */
                                id: string;
                                name: string;
                            }[];
                            version: number | null;
                        }[];
                    };
                };
            };
        };
    };
    postOrgSecrets: {
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
                    /** Format: date-time */
                    expiresAt?: string | null;
                    generate?: {
                        /** @enum {string} */
                        kind: "password";
                        /** @default 32 */
                        length?: number;
                    } | {
                        /** @enum {string} */
                        kind: "ssh_key";
                    };
                    /** @enum {string} */
                    kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                    labels?: {
                        [key: string]: string;
                    };
                    name: string;
                    overlapDays?: number;
                    revealBy?: ({
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    })[] | null;
                    rotateEveryDays?: number | null;
                    useBy?: ({
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    })[] | null;
                    /** Format: password */
                    value?: string;
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
                        createdAt: string;
                        /** Format: date-time */
                        dueSince: string | null;
                        /** Format: date-time */
                        expiresAt: string | null;
                        generated: {
                            /** @enum {string} */
                            kind: "password";
                            /** @default 32 */
                            length: number;
                        } | {
                            /** @enum {string} */
                            kind: "ssh_key";
                        } | null;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                        labels: {
                            [key: string]: string;
                        };
                        name: string;
                        /** Format: date-time */
                        nextRotationAt: string | null;
                        overlapDays: number;
                        ownedByResource: boolean;
                        publicPart: string | null;
                        revealBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        rotateEveryDays: number | null;
                        useBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        usedBy: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                        }[];
                        version: number | null;
                    };
                };
            };
        };
    };
    getOrgSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
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
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: date-time */
                        dueSince: string | null;
                        /** Format: date-time */
                        expiresAt: string | null;
                        generated: {
                            /** @enum {string} */
                            kind: "password";
                            /** @default 32 */
                            length: number;
                        } | {
                            /** @enum {string} */
                            kind: "ssh_key";
                        } | null;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                        labels: {
                            [key: string]: string;
                        };
                        name: string;
                        /** Format: date-time */
                        nextRotationAt: string | null;
                        overlapDays: number;
                        ownedByResource: boolean;
                        publicPart: string | null;
                        revealBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        rotateEveryDays: number | null;
                        useBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        usedBy: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                        }[];
                        version: number | null;
                    };
                };
            };
        };
    };
    deleteOrgSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
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
    patchOrgSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expiresAt?: string | null;
                    labels?: {
                        [key: string]: string;
                    };
                    name?: string;
                    overlapDays?: number;
                    revealBy?: ({
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    })[] | null;
                    rotateEveryDays?: number | null;
                    useBy?: ({
                        /** @enum {string} */
                        type: "user";
                        /** Format: uuid */
                        user: string;
                    } | {
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        /** @enum {string} */
                        type: "role";
                    } | {
                        /** Format: uuid */
                        group: string;
                        /** @enum {string} */
                        type: "group";
                    } | {
                        /** Format: uuid */
                        serviceAccount: string;
                        /** @enum {string} */
                        type: "service_account";
                    })[] | null;
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
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: date-time */
                        dueSince: string | null;
                        /** Format: date-time */
                        expiresAt: string | null;
                        generated: {
                            /** @enum {string} */
                            kind: "password";
                            /** @default 32 */
                            length: number;
                        } | {
                            /** @enum {string} */
                            kind: "ssh_key";
                        } | null;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                        labels: {
                            [key: string]: string;
                        };
                        name: string;
                        /** Format: date-time */
                        nextRotationAt: string | null;
                        overlapDays: number;
                        ownedByResource: boolean;
                        publicPart: string | null;
                        revealBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        rotateEveryDays: number | null;
                        useBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        usedBy: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                        }[];
                        version: number | null;
                    };
                };
            };
        };
    };
    putOrgSecretCurrent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
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
                        /** Format: date-time */
                        createdAt: string;
                        /** Format: date-time */
                        dueSince: string | null;
                        /** Format: date-time */
                        expiresAt: string | null;
                        generated: {
                            /** @enum {string} */
                            kind: "password";
                            /** @default 32 */
                            length: number;
                        } | {
                            /** @enum {string} */
                            kind: "ssh_key";
                        } | null;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        kind: "password" | "ssh_key" | "token" | "certificate" | "text";
                        labels: {
                            [key: string]: string;
                        };
                        name: string;
                        /** Format: date-time */
                        nextRotationAt: string | null;
                        overlapDays: number;
                        ownedByResource: boolean;
                        publicPart: string | null;
                        revealBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        rotateEveryDays: number | null;
                        useBy: ({
                            /** @enum {string} */
                            type: "user";
                            /** Format: uuid */
                            user: string;
                        } | {
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            /** @enum {string} */
                            type: "role";
                        } | {
                            /** Format: uuid */
                            group: string;
                            /** @enum {string} */
                            type: "group";
                        } | {
                            /** Format: uuid */
                            serviceAccount: string;
                            /** @enum {string} */
                            type: "service_account";
                        })[] | null;
                        usedBy: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                        }[];
                        version: number | null;
                    };
                };
            };
        };
    };
    postOrgSecretReveal: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    version?: number;
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
                        value: string;
                        version: number;
                    };
                };
            };
        };
    };
    postOrgSecretRotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        createdAt: string;
                        createdBy: string;
                        /** Format: date-time */
                        overlapUntil: string | null;
                        publicPart: string | null;
                        /** @enum {string} */
                        state: "current" | "previous" | "retired" | "destroyed";
                        version: number;
                    };
                };
            };
        };
    };
    getOrgSecretUses: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
                secret: string;
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
                        uses: {
                            /** Format: date-time */
                            at: string;
                            /** Format: uuid */
                            person: string;
                            reason: string | null;
                            /** Format: uuid */
                            resource: string | null;
                            /** Format: uuid */
                            session: string | null;
                            version: number;
                            /** @enum {string} */
                            what: "use" | "reveal";
                        }[];
                    };
                };
            };
        };
    };
    getOrgSecretVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
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
                        versions: {
                            /** Format: date-time */
                            createdAt: string;
                            createdBy: string;
                            /** Format: date-time */
                            overlapUntil: string | null;
                            publicPart: string | null;
                            /** @enum {string} */
                            state: "current" | "previous" | "retired" | "destroyed";
                            version: number;
                        }[];
                    };
                };
            };
        };
    };
    postOrgSecretVersions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                secret: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: password */
                    value: string;
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
                        createdAt: string;
                        createdBy: string;
                        /** Format: date-time */
                        overlapUntil: string | null;
                        publicPart: string | null;
                        /** @enum {string} */
                        state: "current" | "previous" | "retired" | "destroyed";
                        version: number;
                    };
                };
            };
        };
    };
    deleteOrgSecretVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                secret: string;
                version: number;
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
    getOrgServiceAccounts: {
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
                        serviceAccounts: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                        }[];
                    };
                };
            };
        };
    };
    postOrgServiceAccounts: {
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
                    name: string;
                    role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
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
                        role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                    };
                };
            };
        };
    };
    deleteOrgServiceAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                account: string;
                org: string;
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
    postOrgServiceAccountKeys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                account: string;
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 7776000 */
                    expiresIn?: number;
                    name: string;
                    permissions?: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                    /** @default [] */
                    sources?: (string)[];
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
                        createdAt: string;
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        id: string;
                        key: string;
                        /** Format: date-time */
                        lastUsedAt: string | null;
                        name: string;
                        permissions: ("organization.read" | "organization.manage" | "security.manage" | "members.read" | "members.manage" | "roles.read" | "roles.manage" | "roles.assign" | "api-keys.manage" | "resources.use" | "resources.manage" | "grants.read" | "grants.manage" | "sessions.read" | "sessions.manage" | "events.read" | "webhooks.manage" | "audit.read" | "secrets.manage" | "secrets.reveal" | "sessions.observe" | "sessions.control" | "recordings.read" | "recordings.manage" | "requests.decide")[];
                        /** Format: date-time */
                        revokedAt: string | null;
                        /** Format: uuid */
                        serviceAccount: string;
                        sources: string[];
                    };
                };
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
                            protocol: "ssh" | "tcp" | "vnc";
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
                        resume: string;
                        sealKey: string;
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
                    reason?: string;
                    /**
                     * @default controller
                     * @enum {string}
                     */
                    role?: "controller" | "shared" | "observer";
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
                        resume: string;
                        sealKey: string;
                        /** Format: uuid */
                        session: string;
                        token: string;
                    };
                };
            };
        };
    };
    getOrgSignInPolicy: {
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
                        /** @enum {string} */
                        deviceApproval: "none" | "notify" | "require";
                        passkeyAllowed: boolean;
                        passwordAllowed: boolean;
                        /** @enum {string} */
                        secondFactor: "nobody" | "admins" | "everyone";
                        ssoOnly: boolean;
                    };
                };
            };
        };
    };
    putOrgSignInPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    deviceApproval: "none" | "notify" | "require";
                    passkeyAllowed: boolean;
                    passwordAllowed: boolean;
                    /** @enum {string} */
                    secondFactor: "nobody" | "admins" | "everyone";
                    ssoOnly: boolean;
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
                        /** @enum {string} */
                        deviceApproval: "none" | "notify" | "require";
                        passkeyAllowed: boolean;
                        passwordAllowed: boolean;
                        /** @enum {string} */
                        secondFactor: "nobody" | "admins" | "everyone";
                        ssoOnly: boolean;
                    };
                };
            };
        };
    };
    getOrgSupportAccess: {
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
                        supportAccess: {
                            /** Format: date-time */
                            createdAt: string;
                            email: string;
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            grantedBy: string;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            lastUsedAt: string | null;
                            reason: string;
                            /** Format: date-time */
                            revokedAt: string | null;
                            /** @enum {string} */
                            role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                        }[];
                    };
                };
            };
        };
    };
    postOrgSupportAccess: {
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
                    /** @default 3600 */
                    expiresIn?: number;
                    reason: string;
                    /** @enum {string} */
                    role: "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
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
                        createdAt: string;
                        email: string;
                        /** Format: date-time */
                        expiresAt: string;
                        /** Format: uuid */
                        grantedBy: string;
                        /** Format: uuid */
                        id: string;
                        /** Format: date-time */
                        lastUsedAt: string | null;
                        reason: string;
                        /** Format: date-time */
                        revokedAt: string | null;
                        /** @enum {string} */
                        role: "organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user";
                    };
                };
            };
        };
    };
    deleteOrgSupportAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                access: string;
                org: string;
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
    getOrgWebhooks: {
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
                        webhooks: {
                            /** Format: date-time */
                            createdAt: string;
                            enabled: boolean;
                            /** Format: date-time */
                            failingSince: string | null;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            types: ("session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw")[];
                            url: string;
                        }[];
                    };
                };
            };
        };
    };
    postOrgWebhooks: {
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
                    name: string;
                    /** @default [] */
                    types?: ("session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw")[];
                    /** Format: uri */
                    url: string;
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
                        createdAt: string;
                        enabled: boolean;
                        /** Format: date-time */
                        failingSince: string | null;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        secret: string;
                        types: ("session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw")[];
                        url: string;
                    };
                };
            };
        };
    };
    deleteOrgWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                webhook: string;
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
    patchOrgWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                webhook: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled?: boolean;
                    types?: ("session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw")[];
                    /** Format: uri */
                    url?: string;
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
                        /** Format: date-time */
                        createdAt: string;
                        enabled: boolean;
                        /** Format: date-time */
                        failingSince: string | null;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        types: ("session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw")[];
                        url: string;
                    };
                };
            };
        };
    };
    getOrgWebhookDeliveries: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
                webhook: string;
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
                        deliveries: {
                            answer: string | null;
                            attempts: number;
                            /** Format: date-time */
                            createdAt: string;
                            /** Format: date-time */
                            deliveredAt: string | null;
                            error: string | null;
                            eventSeq: number;
                            /** Format: uuid */
                            id: string;
                            /** Format: date-time */
                            nextAt: string | null;
                            /** @enum {string} */
                            state: "pending" | "delivered" | "dead";
                            status: number | null;
                            /** @enum {string} */
                            type: "session.open" | "session.attach" | "session.start" | "session.active" | "session.detached" | "session.terminated" | "session.failed" | "session.end" | "member.create" | "member.invite" | "member.join" | "invitation.decline" | "resource.create" | "resource.grant" | "organization.create" | "organization.suspend" | "organization.resume" | "cluster.create" | "node.enrol" | "node.renew" | "node.request" | "node.approve" | "node.refuse" | "node.revoke" | "partition.split" | "partition.fence" | "partition.promote" | "partition.merge" | "bootstrap-token.create" | "bootstrap-token.revoke" | "sign-in" | "sign-in.refused" | "webhook.create" | "webhook.delete" | "webhook.disable" | "webhook.test" | "audit.retention" | "audit.trim" | "secret.reveal" | "secret.rotated" | "secret.rotation_due" | "session.control" | "session.share" | "session.observe" | "session.refused" | "session.left" | "recording.start" | "recording.end" | "recording.open" | "recording.delete" | "access.request" | "access.approve" | "access.deny" | "access.withdraw";
                        }[];
                    };
                };
            };
        };
    };
    postOrgWebhookDeliveryRedeliver: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                delivery: string;
                org: string;
                webhook: string;
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
    postOrgWebhookTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                webhook: string;
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
    getPlatformAdministrators: {
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
                        administrators: {
                            email: string;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "platform_owner" | "platform_admin" | "platform_recovery";
                        }[];
                    };
                };
            };
        };
    };
    postPlatformAdministrators: {
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
                    /** Format: email */
                    email: string;
                    name?: string;
                    /** @enum {string} */
                    role: "platform_admin" | "platform_recovery";
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
                        invitation: {
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            token: string;
                            /** Format: uri */
                            url: string;
                        } | null;
                        name: string;
                        /** @enum {string} */
                        role: "platform_owner" | "platform_admin" | "platform_recovery";
                    };
                };
            };
        };
    };
    deletePlatformAdministrator: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
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
    getPlatformAudit: {
        parameters: {
            query?: {
                action?: string;
                actor?: string;
                before?: number;
                limit?: number;
                since?: string;
                subject?: string;
                text?: string;
                until?: string;
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
                        entries: {
                            action: string;
                            actor: string;
                            address: string | null;
                            /** Format: date-time */
                            at: string;
                            detail: string | null;
                            generation: number | null;
                            hash: string;
                            prev: string;
                            reason: string | null;
                            region: string | null;
                            requestId: string;
                            seq: number;
                            subject: string | null;
                            userAgent: string | null;
                        }[];
                        next: number | null;
                    };
                };
            };
        };
    };
    getPlatformAuditExport: {
        parameters: {
            query?: {
                action?: string;
                actor?: string;
                format?: "jsonl" | "csv";
                since?: string;
                subject?: string;
                text?: string;
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                    "text/csv": string;
                };
            };
        };
    };
    getPlatformAuditRetention: {
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
                        days: number | null;
                    };
                };
            };
        };
    };
    putPlatformAuditRetention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    days: number | null;
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
                        days: number | null;
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
                    /**
                     * @default majority
                     * @enum {string}
                     */
                    quorum?: "majority" | "none";
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
    getPlatformClusterBootstrapTokens: {
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
                        tokens: {
                            /** @enum {string} */
                            approval: "required" | "automatic";
                            /** Format: date-time */
                            createdAt: string;
                            createdBy: string | null;
                            egressPools: string[];
                            /** Format: date-time */
                            expiresAt: string;
                            /** Format: uuid */
                            id: string;
                            roles: ("entry" | "relay" | "service")[];
                            /** @enum {string} */
                            state: "usable" | "used-up" | "expired" | "revoked";
                            uses: number;
                            usesLeft: number;
                        }[];
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
                    /**
                     * @default required
                     * @enum {string}
                     */
                    approval?: "required" | "automatic";
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
    getPlatformClusterKeys: {
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
                        keys: {
                            fingerprint: string;
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            phase: "introduced" | "active" | "previous" | "retired";
                            /** Format: date-time */
                            phaseAt: string;
                            /** @enum {string} */
                            purpose: "signing" | "ca";
                        }[];
                        /** Format: date-time */
                        overlapUntil: string | null;
                        waiting: {
                            away: string[];
                            toLearn: string[];
                            toRenew: string[];
                        };
                    };
                };
            };
        };
    };
    postPlatformClusterKeyRotation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster: string;
                purpose: "signing" | "ca";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default false */
                    force?: boolean;
                    reason: string;
                    /** @enum {string} */
                    step: "introduce" | "activate" | "retire" | "back";
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
                        keys: {
                            fingerprint: string;
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            phase: "introduced" | "active" | "previous" | "retired";
                            /** Format: date-time */
                            phaseAt: string;
                            /** @enum {string} */
                            purpose: "signing" | "ca";
                        }[];
                        /** Format: date-time */
                        overlapUntil: string | null;
                        waiting: {
                            away: string[];
                            toLearn: string[];
                            toRenew: string[];
                        };
                    };
                };
            };
        };
    };
    getPlatformClusterNodeRequests: {
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
                        requests: {
                            address: string | null;
                            /** Format: date-time */
                            createdAt: string;
                            decidedBy: string | null;
                            egressPools: string[];
                            /** Format: date-time */
                            expiresAt: string;
                            facts: {
                                agent?: string;
                                architecture?: string;
                                capabilities?: string[];
                                hostname?: string;
                                platform?: string;
                            } | null;
                            fingerprint: string;
                            /** Format: uuid */
                            id: string;
                            name: string;
                            roles: ("entry" | "relay" | "service")[];
                            /** @enum {string} */
                            state: "waiting" | "approved" | "refused" | "expired";
                        }[];
                    };
                };
            };
        };
    };
    postPlatformClusterNodeRequestApprove: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    fingerprint: string;
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
                        address: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        decidedBy: string | null;
                        egressPools: string[];
                        /** Format: date-time */
                        expiresAt: string;
                        facts: {
                            agent?: string;
                            architecture?: string;
                            capabilities?: string[];
                            hostname?: string;
                            platform?: string;
                        } | null;
                        fingerprint: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        roles: ("entry" | "relay" | "service")[];
                        /** @enum {string} */
                        state: "waiting" | "approved" | "refused" | "expired";
                    };
                };
            };
        };
    };
    postPlatformClusterNodeRequestRefuse: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
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
                        address: string | null;
                        /** Format: date-time */
                        createdAt: string;
                        decidedBy: string | null;
                        egressPools: string[];
                        /** Format: date-time */
                        expiresAt: string;
                        facts: {
                            agent?: string;
                            architecture?: string;
                            capabilities?: string[];
                            hostname?: string;
                            platform?: string;
                        } | null;
                        fingerprint: string;
                        /** Format: uuid */
                        id: string;
                        name: string;
                        roles: ("entry" | "relay" | "service")[];
                        /** @enum {string} */
                        state: "waiting" | "approved" | "refused" | "expired";
                    };
                };
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
    deletePlatformClusterNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
                node: string;
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
                        /** Format: uuid */
                        node: string;
                        sessions: number;
                        told: number;
                    };
                };
            };
        };
    };
    getPlatformClusterPartition: {
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
                        /** @enum {string} */
                        authority: "whole" | "split" | "fenced";
                        because: string | null;
                        epoch: number;
                        heard: number;
                        /** Format: date-time */
                        promotedAt: string | null;
                        proven: boolean;
                        /** @enum {string} */
                        quorum: "majority" | "none";
                        seenEpoch: number;
                        witnesses: number;
                    };
                };
            };
        };
    };
    postPlatformClusterPartition: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of 8 to 128 characters, new for each thing to be done. The same call with the same key within 24 hours gets the first answer again; another call with it is refused (`conflict`). */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster: string;
                verb: "split" | "promote" | "merge";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    epoch: number;
                    reason: string;
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
                        /** @enum {string} */
                        authority: "whole" | "split" | "fenced";
                        because: string | null;
                        epoch: number;
                        heard: number;
                        /** Format: date-time */
                        promotedAt: string | null;
                        proven: boolean;
                        /** @enum {string} */
                        quorum: "majority" | "none";
                        seenEpoch: number;
                        witnesses: number;
                    };
                };
            };
        };
    };
    getPlatformClusterPolicy: {
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
                        /** @enum {string} */
                        approval: "token" | "always";
                        approvalHours: number;
                        /** @enum {string} */
                        quorum: "majority" | "none";
                    };
                };
            };
        };
    };
    patchPlatformClusterPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    approval?: "token" | "always";
                    approvalHours?: number;
                    /** @enum {string} */
                    quorum?: "majority" | "none";
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
                        /** @enum {string} */
                        approval: "token" | "always";
                        approvalHours: number;
                        /** @enum {string} */
                        quorum: "majority" | "none";
                    };
                };
            };
        };
    };
    getPlatformEvents: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: number | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream that does not end by itself */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    getPlatformJobs: {
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
                        jobs: {
                            done: number;
                            durationMs: number | null;
                            error: string | null;
                            failures: number;
                            /** Format: date-time */
                            finishedAt: string | null;
                            late: boolean;
                            name: string;
                            runs: number;
                            /** Format: date-time */
                            startedAt: string | null;
                        }[];
                    };
                };
            };
        };
    };
    getPlatformKeys: {
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
                        error: string | null;
                        operations: {
                            error: string | null;
                            /** Format: date-time */
                            finishedAt: string | null;
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            kind: "rewrap" | "rotate";
                            looked: number;
                            moved: number;
                            /** Format: uuid */
                            org: string | null;
                            pass: number;
                            reason: string;
                            /** Format: date-time */
                            startedAt: string;
                            startedBy: string;
                            /** @enum {string} */
                            state: "running" | "done" | "failed" | "cancelled";
                        }[];
                        service: {
                            /** @enum {string} */
                            backend: "local" | "transit";
                            opens: string[];
                            version: string;
                        } | null;
                    };
                };
            };
        };
    };
    postPlatformKeysOperations: {
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
                    /** @enum {string} */
                    kind: "rewrap" | "rotate";
                    /** Format: uuid */
                    org?: string;
                    reason: string;
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
                        error: string | null;
                        /** Format: date-time */
                        finishedAt: string | null;
                        /** Format: uuid */
                        id: string;
                        /** @enum {string} */
                        kind: "rewrap" | "rotate";
                        looked: number;
                        moved: number;
                        /** Format: uuid */
                        org: string | null;
                        pass: number;
                        reason: string;
                        /** Format: date-time */
                        startedAt: string;
                        startedBy: string;
                        /** @enum {string} */
                        state: "running" | "done" | "failed" | "cancelled";
                    };
                };
            };
        };
    };
    deletePlatformKeysOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation: string;
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
    getPlatformOrganizations: {
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
                        organizations: {
                            /** Format: uuid */
                            id: string;
                            name: string;
                            /** Format: date-time */
                            suspendedAt: string | null;
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
    getPlatformOrganizationDomains: {
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
                        domains: string[];
                    };
                };
            };
        };
    };
    putPlatformOrganizationDomain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                domain: string;
                org: string;
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
    deletePlatformOrganizationDomain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                domain: string;
                org: string;
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
    getPlatformOrganizationQuotas: {
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
                        limits: {
                            apiKeys: number;
                            kilobytesPerSecond: number;
                            kilobytesPerSecondPerSession: number;
                            kilobytesPerSecondPerUser: number;
                            kilobytesPerSecondSsh: number;
                            kilobytesPerSecondTcp: number;
                            kilobytesPerSecondVnc: number;
                            members: number;
                            requestsPerMinute: number;
                            resources: number;
                            sessions: number;
                        };
                        used: {
                            apiKeys: number;
                            members: number;
                            resources: number;
                            sessions: number;
                        };
                    };
                };
            };
        };
    };
    patchPlatformOrganizationQuotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    apiKeys?: number;
                    kilobytesPerSecond?: number;
                    kilobytesPerSecondPerSession?: number;
                    kilobytesPerSecondPerUser?: number;
                    kilobytesPerSecondSsh?: number;
                    kilobytesPerSecondTcp?: number;
                    kilobytesPerSecondVnc?: number;
                    members?: number;
                    requestsPerMinute?: number;
                    resources?: number;
                    sessions?: number;
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
                        limits: {
                            apiKeys: number;
                            kilobytesPerSecond: number;
                            kilobytesPerSecondPerSession: number;
                            kilobytesPerSecondPerUser: number;
                            kilobytesPerSecondSsh: number;
                            kilobytesPerSecondTcp: number;
                            kilobytesPerSecondVnc: number;
                            members: number;
                            requestsPerMinute: number;
                            resources: number;
                            sessions: number;
                        };
                        used: {
                            apiKeys: number;
                            members: number;
                            resources: number;
                            sessions: number;
                        };
                    };
                };
            };
        };
    };
    postPlatformOrganizationResume: {
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
                    reason: string;
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
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** Format: date-time */
                        suspendedAt: string | null;
                    };
                };
            };
        };
    };
    postPlatformOrganizationSuspend: {
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
                    reason: string;
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
                        /** Format: uuid */
                        id: string;
                        name: string;
                        /** Format: date-time */
                        suspendedAt: string | null;
                    };
                };
            };
        };
    };
    postSsoDiscover: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    organization: string;
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
                        providers: {
                            /** Format: uuid */
                            id: string;
                            /** @enum {string} */
                            kind: "oidc" | "saml" | "ldap";
                            name: string;
                            organization: string;
                        }[];
                    };
                };
            };
        };
    };
    postSsoLdap: {
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
                    password: string;
                    /** Format: uuid */
                    provider: string;
                    username: string;
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    };
                };
            };
        };
    };
    getSsoOidcCallback: {
        parameters: {
            query: {
                state: string;
            };
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Back to the program that began it */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    postSsoSamlAssertion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    RelayState: string;
                    SAMLResponse: string;
                };
            };
        };
        responses: {
            /** @description Back to the program that began it */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getSsoSamlMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description SAML metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/samlmetadata+xml": string;
                };
            };
        };
    };
    postSsoStart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    challenge: string;
                    /** Format: uuid */
                    provider: string;
                    returnTo: "console" | string;
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
                        url: string;
                    };
                };
            };
        };
    };
    postSsoToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                    /** @default false */
                    cookie?: boolean;
                    verifier: string;
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
                                role: ("organization_owner" | "organization_admin" | "organization_operator" | "organization_auditor" | "organization_user") | string;
                            }[];
                            /** @enum {string|null} */
                            platformRole: "platform_owner" | "platform_admin" | "platform_recovery" | null;
                        };
                    };
                };
            };
        };
    };
}
