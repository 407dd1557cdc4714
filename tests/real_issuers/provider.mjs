// A certified OpenID provider of others, with one client for each role that the tests need.
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const clients = JSON.parse(process.argv[3]);
const claims = Object.fromEntries(clients.map((one) => [one.client_id, one.claims]));

const provider = new Provider(issuer, {
  clients: clients.map(({ client_id, client_secret }) => ({
    client_id,
    client_secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:hafenlotse',
      getResourceServerInfo: () => ({
        scope: '',
        audience: 'hafenlotse',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: (_ctx, token) => ({ sub: token.clientId, ...claims[token.clientId] }),
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
