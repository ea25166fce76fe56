export { apiServerHardening, type ApiServerHardening, type ApiServerHardeningArgs } from "./apiServer";
export { type ComponentHardening, type ExtraArg, type HostPathMount, TLS_CIPHERS, TLS_MIN_VERSION } from "./arguments";
export { controllerManagerHardening, etcdHardening, schedulerHardening } from "./components";
export { encryptionConfiguration, type EncryptionProvider } from "./encryption";
export { EncryptionKeys, type EncryptionKeysArgs } from "./encryptionKeys";
export { controlPlaneFileModes, kubeletFileModes } from "./fileModes";
export { kubeletHardening, type KubeletHardeningArgs, kubeletSysctls } from "./kubelet";
export { ENCRYPTION_FILE, HARDENING_DIRECTORY } from "./paths";
