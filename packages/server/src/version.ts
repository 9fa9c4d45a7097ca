/** Of the service and of the API's description; a test holds it equal to package.json. */
export const VERSION = '0.1.0';
