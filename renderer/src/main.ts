import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { useApp } from './stores/app.ts';
import './styles/index.css';

const app = createApp(App).use(createPinia());
app.mount('#app');
void useApp().connect();
